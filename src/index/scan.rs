//! The scan: every file looked into, in the order of paths, its rows written as it streams by.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashSet, VecDeque};
use std::iter::Peekable;
use std::ops::Range;
use std::path::Path;
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rayon::prelude::*;

use super::batch::{
    AnnotatedViews, BatchScanner, BatchTables, FileSummary, ImageFacts, Remainder, ScannedBatch,
};
use super::case::{CaseIndex, DeviceNumbers};
use super::classify::{FileContent, FileOutcome, FileReader, ReadBuffers, comes_first};
use super::clinical;
use super::contours::lay;
use super::duplicates::DuplicateImages;
use super::issue_writer::IssueWriter;
use super::link::{LinkInput, link};
use super::pending::{PendingRow, PendingStore, views_of};
use super::previous::PreviousRows;
use super::run::{FindingCounts, IndexError, IndexProgress};
use super::source_writer::SourceWriter;
use super::spool::SpoolOffset;
use crate::records::image::ImageRecord;
use crate::records::issue::{Issue, IssueCode};
use crate::records::source::SourceRecord;
use crate::sources::discovery::FolderWalk;
use crate::sources::files::FileTable;
use crate::sources::source_file::SourceFile;
use crate::tables::images::ImageTag;
use crate::tables::writer::{TableWriter, WriteError};

/// Files of one page: its rows are one batch, whatever the number of threads.
const PAGE: usize = 512;

/// Tables that are written as files stream by, and what linking needs.
pub struct Scan<'a> {
    examiner: &'a FileReader<'a>,
    progress: &'a dyn IndexProgress,
    dir: &'a Path,
    files: &'a FileTable,
    images: TableWriter,
    tags: Option<TableWriter>,
    sources: SourceWriter,
    issues: IssueWriter,
    shelf: &'a PendingStore,
    lines: Vec<PendingRow>,
    sheets: Vec<SpoolOffset>,
    gathered: CaseIndex,
    copies: DuplicateImages,
    link_issues: Vec<Issue>,
    known: Vec<bool>,
    recall: Option<PreviousRows>,
    read: usize,
    unread: HashSet<usize>,
}

/// A file that was looked into first: what it came to, and where its content was set aside.
struct SpooledFile {
    account: FileSummary,
    aside: SpooledContent,
}

/// Those of a run, in the order of its files.
type SpooledFiles = Peekable<std::vec::IntoIter<(usize, SpooledFile)>>;

/// What was set aside of one file.
enum SpooledContent {
    Lines(Vec<PendingRow>),
    Sheet(SpoolOffset),
    Nothing,
}

impl<'a> Scan<'a> {
    /// Begins the tables in `dir`.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn new(
        examiner: &'a FileReader<'a>,
        files: &'a FileTable,
        shelf: &'a PendingStore,
        dir: &'a Path,
        progress: &'a dyn IndexProgress,
    ) -> Result<Self, IndexError> {
        Ok(Self {
            examiner,
            progress,
            dir,
            files,
            images: TableWriter::of::<ImageRecord>(dir)?,
            tags: None,
            sources: SourceWriter::new(dir)?,
            issues: IssueWriter::new(dir)?,
            shelf,
            lines: Vec::new(),
            sheets: Vec::new(),
            gathered: CaseIndex::with_room(files.len()),
            copies: DuplicateImages::with_room(files.len()),
            link_issues: Vec::new(),
            known: Vec::new(),
            recall: None,
            read: 0,
            unread: HashSet::new(),
        })
    }

    /// Begins the table `tags`.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn begin_tags(&mut self) -> Result<(), WriteError> {
        self.tags = Some(TableWriter::of::<ImageTag<'_>>(self.dir)?);
        Ok(())
    }

    /// Takes the rows of files that are `known` over from the last snapshot.
    pub fn take_over(&mut self, known: Vec<bool>, recall: PreviousRows) {
        (self.known, self.recall) = (known, Some(recall));
    }

    /// How many files were looked into so far.
    pub fn read(&self) -> usize {
        self.read
    }

    /// Gives out the places of files that could not be read, and are to be tried again.
    pub fn take_unread(&mut self) -> HashSet<usize> {
        std::mem::take(&mut self.unread)
    }

    /// Notes what the walk could not look at.
    pub fn note_unseen(&mut self, walk: &FolderWalk) {
        for unseen in &walk.unseen {
            let message = format!("it cannot be looked at: {}", unseen.error);
            self.link_issues.push(Issue::new(IssueCode::FileUnreadable, &*unseen.path, message));
        }
    }

    /// Looks into every file and writes what it holds, in the order of paths. Tables and
    /// annotations come first, so that it is known which images contours will be laid on.
    ///
    /// # Errors
    /// When a table cannot be written.
    pub fn run(&mut self) -> Result<(), IndexError> {
        let (first, drawn) = self.look_first()?;
        self.read = first.len();
        let done: Vec<usize> = first.iter().map(|(i, _)| *i).collect();
        let mut first = first.into_iter().peekable();
        let press = BatchScanner::new(self.examiner, &drawn);
        let (files, count) = (self.files, self.files.len());
        // Within the pool: the thread that writes helps the others while it waits for a page.
        rayon::scope(|scope| {
            // Enough that no thread waits while the one that writes looks into a page itself.
            let ahead = 2 * rayon::current_num_threads();
            let mut waiting: VecDeque<(Range<usize>, Receiver<_>)> = VecDeque::new();
            for start in (0..count).step_by(PAGE) {
                let range = start..count.min(start + PAGE);
                let (known, tables) = (self.recall(range.clone()), self.tables());
                let (send, receive) = sync_channel(1);
                let (press, done, some) = (&press, &done, range.clone());
                scope.spawn(move |_| {
                    let page =
                        press.page(files, some, known, |i| done.binary_search(&i).is_ok(), tables);
                    let _ = send.send(page); // nobody listens any more where a table failed
                });
                waiting.push_back((range, receive));
                if waiting.len() > ahead
                    && let Some((range, page)) = waiting.pop_front()
                {
                    self.take_page(range, await_page(&page)?, &mut first)?;
                }
            }
            for (range, page) in waiting {
                self.take_page(range, await_page(&page)?, &mut first)?;
            }
            Ok(())
        })
    }

    /// The largest first, one by one: they differ much, and stand together in the order of paths.
    fn look_first(&self) -> Result<(Vec<(usize, SpooledFile)>, AnnotatedViews), WriteError> {
        let (examiner, shelf) = (self.examiner, self.shelf);
        let first = self.files.places(comes_first).into_iter();
        let mut first: Vec<_> = first.filter_map(|at| Some((at, self.files.get(at)?))).collect();
        first.sort_by_key(|(_, found)| std::cmp::Reverse(found.size));
        let drawn = Mutex::new(AnnotatedViews::new());
        let look = |scratch: &mut ReadBuffers, (i, found): (usize, SourceFile)| {
            let (account, content) = FileSummary::of(examiner.examine(&found, scratch));
            let aside = match content {
                // One that is called a table and is an image waits for its turn.
                FileContent::Image(_) => return Ok(None),
                FileContent::Rows(lines) => SpooledContent::Lines(lines),
                FileContent::Sheet(sheet) => {
                    let mut drawn = drawn.lock().unwrap_or_else(PoisonError::into_inner);
                    for (case, views) in views_of(&sheet) {
                        drawn.entry(case).or_default().extend(views);
                    }
                    drop(drawn);
                    SpooledContent::Sheet(shelf.put_sheet(*sheet)?)
                }
                FileContent::Nothing => SpooledContent::Nothing,
            };
            Ok(Some((i, SpooledFile { account, aside })))
        };
        let looked = first.into_par_iter().with_max_len(1).map_init(ReadBuffers::default, look);
        let mut looked: Vec<(usize, SpooledFile)> =
            looked.filter_map(Result::transpose).collect::<Result<_, WriteError>>()?;
        looked.sort_unstable_by_key(|(i, _)| *i);
        Ok((looked, drawn.into_inner().unwrap_or_else(PoisonError::into_inner)))
    }

    /// What the last snapshot tells of the files of a page that are as they were.
    fn recall(&mut self, range: Range<usize>) -> BTreeMap<usize, FileOutcome> {
        let Some(recall) = &mut self.recall else { return BTreeMap::new() };
        let start = range.start;
        let known = range.filter(|i| self.known.get(*i) == Some(&true));
        known.filter_map(|i| Some((i - start, recall.take(self.files.path(i))?))).collect()
    }

    fn tables(&self) -> BatchTables {
        BatchTables { images: self.images.rows(), tags: self.tags.as_ref().map(TableWriter::rows) }
    }

    fn take_page(
        &mut self,
        range: Range<usize>,
        page: ScannedBatch,
        first: &mut SpooledFiles,
    ) -> Result<(), WriteError> {
        let names: Vec<_> =
            page.devices.iter().map(|device| self.gathered.names.of(device)).collect();
        let cases: Vec<u32> = page.cases.iter().map(|id| self.gathered.case(id)).collect();
        self.read += page.read;
        let count = range.len();
        for (i, done) in range.zip(page.done) {
            let early = first.next_if(|(at, _)| *at == i).map(|(_, first)| first);
            let (account, aside) = match (done, early) {
                (Some((account, Remainder::Image(seen))), _) => {
                    let device = names.get(seen.device).copied().unwrap_or_default();
                    let case = seen.case.and_then(|case| cases.get(case).copied());
                    self.see(seen, case, device)?;
                    (account, SpooledContent::Nothing)
                }
                (Some((account, Remainder::Rows(lines))), _) => {
                    (account, SpooledContent::Lines(lines))
                }
                (Some((account, Remainder::Sheet(sheet))), _) => {
                    (account, SpooledContent::Sheet(self.shelf.put_sheet(*sheet)?))
                }
                (Some((account, Remainder::Nothing)), _) => (account, SpooledContent::Nothing),
                (None, Some(SpooledFile { account, aside })) => (account, aside),
                (None, None) => continue, // every file is one or the other
            };
            match aside {
                SpooledContent::Lines(lines) => self.lines.extend(lines),
                SpooledContent::Sheet(place) => self.sheets.push(place),
                SpooledContent::Nothing => {}
            }
            self.account(i, account)?;
        }
        if let Some(batch) = page.images {
            self.images.append(&batch)?;
        }
        if let (Some(table), Some(batch)) = (&mut self.tags, page.tags) {
            table.append(&batch)?;
        }
        self.progress.done(count);
        Ok(())
    }

    fn see(
        &mut self,
        seen: ImageFacts,
        case: Option<u32>,
        device: DeviceNumbers,
    ) -> Result<(), WriteError> {
        self.copies.see(seen.uid, seen.pixels);
        if let Some((_, of)) = case.and_then(|case| self.gathered.case_at(case)) {
            of.see(&seen, device);
        }
        if let Some(key) = seen.key {
            self.gathered.files.entry(key).or_insert(case);
        }
        if let (Some(case), Some(canvas)) = (case, seen.canvas) {
            let (spot, canvas) = *canvas;
            if let Entry::Vacant(free) = self.gathered.canvases.entry((case, spot)) {
                free.insert(self.shelf.put_canvas(&canvas)?);
            }
        }
        Ok(())
    }

    /// The row of `sources`, and those of `issues`.
    fn account(&mut self, i: usize, done: FileSummary) -> Result<(), WriteError> {
        for issue in &done.issues {
            self.issues.scan(issue)?;
        }
        self.unread.extend(done.is_unread.then_some(i));
        let Some(found) = self.files.get(i) else { return Ok(()) };
        let archive = found.archive().map(str::to_owned);
        let source = SourceRecord {
            kind: done.kind,
            size: found.size,
            modified_ms: found.modified_ms(),
            path: found.path.into_string(),
            status: done.status,
            rows: done.rows,
        };
        self.sources.push(source, archive.as_deref())
    }

    /// Links what was gathered, writes the remaining tables, and counts.
    ///
    /// # Errors
    /// When a table cannot be written.
    pub fn finish(self) -> Result<(BTreeMap<String, u64>, FindingCounts), IndexError> {
        let Self { mut gathered, mut issues, images, sources, .. } = self;
        let (dir, profile, files) = (self.dir, self.examiner.profile, self.files);
        for issue in &self.link_issues {
            issues.link(issue)?;
        }
        let (mut rows, sheets) = self.shelf.close(self.sheets, &mut gathered)?;
        let lines = self.lines;
        clinical::gather(&lines, &mut rows, profile, &mut gathered, &mut issues)?;
        drop(lines);
        let parts = LinkInput { gathered: &gathered, rows: &rows, sheets: &sheets, profile, files };
        // One thread lays contours, another brings cases together; the first that is free encodes the
        // rest of what was scanned and puts it on disk.
        let (linked, (laid, (images, sources))) = rayon::join(
            || link(&parts, &mut issues, dir),
            || {
                rayon::join(
                    || lay(&sheets, &gathered, profile, dir),
                    || rayon::join(|| images.finish(), || sources.finish()),
                )
            },
        );
        let ((patients, breasts), laid) = (linked?, laid?);
        let (images, sources) = (images?, sources?);
        // Copies are sorted in the room that cases took.
        drop((sheets, rows, gathered));
        for issue in laid.issues.iter().chain(&self.copies.find(dir)) {
            issues.link(issue)?;
        }
        let (issues, findings) = issues.finish()?;
        let mut rows = BTreeMap::from([
            ("annotations".to_owned(), laid.annotations),
            ("breasts".to_owned(), breasts),
            ("images".to_owned(), images),
            ("issues".to_owned(), issues),
            ("lesions".to_owned(), laid.lesions),
            ("patients".to_owned(), patients),
            ("sources".to_owned(), sources),
        ]);
        if let Some(table) = self.tags {
            rows.insert("tags".to_owned(), table.finish()?);
        }
        Ok((rows, findings))
    }
}

/// Waits for a page, and helps with others meanwhile.
fn await_page(
    page: &Receiver<Result<ScannedBatch, WriteError>>,
) -> Result<ScannedBatch, WriteError> {
    /// A page takes some milliseconds.
    const PAUSE: Duration = Duration::from_micros(50);
    loop {
        match page.try_recv() {
            Ok(page) => return page,
            Err(TryRecvError::Empty) => {}
            // Its thread panicked; the scope passes that on.
            Err(TryRecvError::Disconnected) => return Ok(ScannedBatch::default()),
        }
        if rayon::yield_now() != Some(rayon::Yield::Executed) {
            std::thread::sleep(PAUSE);
        }
    }
}
