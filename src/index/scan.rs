//! The scan: every file is read, in the order of paths, and its rows are written as it streams by.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::iter::Peekable;
use std::ops::Range;
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};
use std::time::Duration;

use super::batch::{BatchScanner, FileRemainder, FileSummary, FileTurn, ScannedBatch};
use super::classify::{FileReader, ReadBuffers};
use super::earlier::EarlierScans;
use super::early::{self, EarlyFile, SpooledContent};
use super::error::IndexError;
use super::link_facts::LinkFacts;
use super::outcome::FileOutcome;
use super::pending::{PendingStore, views_of};
use super::report::IndexProgress;
use super::writers::ScanTables;
use crate::records::source::SourceRecord;
use crate::sources::files::FileTable;
use crate::storage::Requests;
use crate::tables::reader::TableReadError;
use crate::tables::writer::WriteError;

/// Files of one batch: its rows are written together, whatever the number of threads.
const BATCH_FILES: usize = 512;

/// A pass over the files of a run.
pub struct Scan<'a> {
    reader: &'a FileReader<'a>,
    files: &'a FileTable,
    store: &'a PendingStore,
    requests: &'a Requests,
    progress: &'a dyn IndexProgress,
    earlier: EarlierScans<'a>,
    tables: ScanTables,
    facts: LinkFacts,
    read: usize,
    unread: HashSet<usize>,
}

/// The result of a scan.
pub struct ScanOutput {
    /// Tables that are written but for the findings of linking.
    pub tables: ScanTables,
    /// What linking needs.
    pub facts: LinkFacts,
    /// How many files were read.
    pub read: usize,
    /// Places of files that could not be read; the next run tries them again.
    pub unread: HashSet<usize>,
}

impl<'a> Scan<'a> {
    /// A pass that writes to `tables`. Files that an `earlier` scan covers are not read.
    pub fn new(
        reader: &'a FileReader<'a>,
        files: &'a FileTable,
        store: &'a PendingStore,
        requests: &'a Requests,
        tables: ScanTables,
        earlier: EarlierScans<'a>,
        progress: &'a dyn IndexProgress,
    ) -> Self {
        Self {
            reader,
            files,
            store,
            requests,
            progress,
            earlier,
            tables,
            facts: LinkFacts::with_capacity(files.len()),
            read: 0,
            unread: HashSet::new(),
        }
    }

    /// Reads every file and writes its rows, in the order of paths. Tables and annotations are read
    /// first, so that it is known on which images contours lie.
    ///
    /// # Errors
    /// When a table cannot be written, or the rows of an earlier scan are damaged.
    pub fn run(mut self) -> Result<ScanOutput, IndexError> {
        let (early, annotated) = early::read(self.reader, self.files, self.store, self.requests)?;
        self.read = early.len();
        let reader = self.reader;
        let read = |buffers: &mut ReadBuffers, turn: FileTurn| turn.read(reader, buffers);
        self.requests.with_readers(&ReadBuffers::default, &read, |readers| {
            self.scan_batches(early, &BatchScanner::new(reader, &annotated, *readers))
        })?;
        let Self { tables, facts, read, unread, .. } = self;
        Ok(ScanOutput { tables, facts, read, unread })
    }

    fn scan_batches(
        &mut self,
        early: Vec<(usize, EarlyFile)>,
        scanner: &BatchScanner<'_, '_, '_>,
    ) -> Result<(), IndexError> {
        let early_places: Vec<usize> = early.iter().map(|(place, _)| *place).collect();
        let mut early = early.into_iter().peekable();
        let (files, count) = (self.files, self.files.len());
        // Within the pool: the thread that writes helps the others while it waits for a batch.
        rayon::scope(|scope| {
            // Enough that no thread waits while the one that writes scans a batch itself.
            let ahead = 2 * rayon::current_num_threads();
            let mut waiting: VecDeque<(Range<usize>, Receiver<_>)> = VecDeque::new();
            for start in (0..count).step_by(BATCH_FILES) {
                let range = start..count.min(start + BATCH_FILES);
                let (known, tables) = (self.known(range.clone())?, self.tables.batches());
                let (send, receive) = sync_channel(1);
                let (early_places, batch) = (&early_places, range.clone());
                scope.spawn(move |_| {
                    let is_early = |place| early_places.binary_search(&place).is_ok();
                    let batch = scanner.scan(files, batch, known, is_early, tables);
                    let _ = send.send(batch); // the receiver is gone where a table failed
                });
                waiting.push_back((range, receive));
                if waiting.len() > ahead
                    && let Some((range, batch)) = waiting.pop_front()
                {
                    self.take_batch(range, await_batch(&batch)?, &mut early)?;
                }
            }
            for (range, batch) in waiting {
                self.take_batch(range, await_batch(&batch)?, &mut early)?;
            }
            Ok(())
        })
    }

    /// The outcomes of files of a range that earlier scans cover, by their place in the range.
    fn known(
        &mut self,
        range: Range<usize>,
    ) -> Result<BTreeMap<usize, FileOutcome>, TableReadError> {
        let mut outcomes = BTreeMap::new();
        if self.earlier.is_empty() {
            return Ok(outcomes);
        }
        for (number, place) in range.enumerate() {
            let path = self.files.path(place);
            for rows in &mut self.earlier {
                if let Some(outcome) = rows.take(place, path)? {
                    outcomes.insert(number, outcome);
                    break;
                }
            }
        }
        Ok(outcomes)
    }

    fn take_batch(
        &mut self,
        range: Range<usize>,
        batch: ScannedBatch,
        early: &mut Peekable<impl Iterator<Item = (usize, EarlyFile)>>,
    ) -> Result<(), WriteError> {
        let devices: Vec<_> =
            batch.devices.iter().map(|device| self.facts.cases.names.numbers(device)).collect();
        let cases: Vec<u32> = batch.cases.iter().map(|id| self.facts.cases.case(id)).collect();
        self.read += batch.read;
        let count = range.len();
        for (place, scanned) in range.zip(batch.files) {
            let early = early.next_if(|(index, _)| *index == place).map(|(_, early)| early);
            let (summary, content) = match (scanned, early) {
                (Some((summary, FileRemainder::Image(image))), _) => {
                    let device = devices.get(image.device).copied().unwrap_or_default();
                    let case = image.case.and_then(|case| cases.get(case).copied());
                    self.facts.observe(image, case, device, self.store)?;
                    (summary, SpooledContent::Nothing)
                }
                (Some((summary, FileRemainder::Rows(rows))), _) => {
                    (summary, SpooledContent::Rows(rows))
                }
                (Some((summary, FileRemainder::Annotations(annotations))), _) => {
                    for (case, views) in annotations.iter().flat_map(views_of) {
                        self.facts.late_views.entry(case).or_default().extend(views);
                    }
                    let spooled = self.store.put_annotations(annotations)?;
                    (summary, SpooledContent::Annotations(spooled))
                }
                (Some((summary, FileRemainder::Nothing)), _) => (summary, SpooledContent::Nothing),
                (None, Some(EarlyFile { summary, content })) => (summary, content),
                (None, None) => continue, // every file is one or the other
            };
            match content {
                SpooledContent::Rows(rows) => self.facts.clinical_rows.push(rows),
                SpooledContent::Annotations(offsets) => self.facts.annotations.extend(offsets),
                SpooledContent::Nothing => {}
            }
            self.write_summary(place, summary)?;
        }
        if let Some(rows) = batch.images {
            self.tables.images.append(&rows)?;
        }
        if let (Some(table), Some(rows)) = (&mut self.tables.tags, batch.tags) {
            table.append(&rows)?;
        }
        self.progress.done(count);
        Ok(())
    }

    /// Writes a file's row of `sources` and its rows of `issues`.
    fn write_summary(&mut self, place: usize, summary: FileSummary) -> Result<(), WriteError> {
        for issue in &summary.issues {
            self.tables.issues.push_scan(issue)?;
        }
        self.unread.extend(summary.is_unread.then_some(place));
        let Some(file) = self.files.get(place) else { return Ok(()) };
        let archive = file.archive().map(str::to_owned);
        let source = SourceRecord {
            kind: summary.kind,
            size: file.size,
            modified_ms: file.modified_ms(),
            path: file.path.into_string(),
            status: summary.status,
            rows: summary.rows,
        };
        self.tables.sources.push(source, archive.as_deref())
    }
}

/// Waits for a batch, and helps with others meanwhile.
fn await_batch(
    batch: &Receiver<Result<ScannedBatch, WriteError>>,
) -> Result<ScannedBatch, WriteError> {
    /// A batch takes some milliseconds.
    const PAUSE: Duration = Duration::from_micros(50);
    loop {
        match batch.try_recv() {
            Ok(batch) => return batch,
            Err(TryRecvError::Empty) => {}
            // Its thread panicked; the scope passes that on.
            Err(TryRecvError::Disconnected) => return Ok(ScannedBatch::default()),
        }
        if rayon::yield_now() != Some(rayon::Yield::Executed) {
            std::thread::sleep(PAUSE);
        }
    }
}
