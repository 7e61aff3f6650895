//! The scan: every file looked into, in the order of paths, its rows written as it streams by.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use rayon::prelude::*;

use super::case::Gathered;
use super::clinical;
use super::columns;
use super::copies::Copies;
use super::examine::{Content, Examiner, Outcome, Scratch, comes_first};
use super::ledger::Ledger;
use super::link::{self, Linked};
use super::recall::Recall;
use super::run::{Findings, IndexError, Progress};
use crate::records::diagnosis::Diagnosis;
use crate::records::image::Image;
use crate::records::issue::Issue;
use crate::records::source::Source;
use crate::records::value::Value;
use crate::sources::annotation::Sheet;
use crate::sources::discovery::{Found, Walk};
use crate::sources::workbook::Entry;
use crate::tables::images::OfImage;
use crate::tables::row::Row;
use crate::tables::sources::{Stage, Staged};
use crate::tables::writer::{TableWriter, WriteError};

/// Files in one stretch of the scan: the threads wait for each other at its end, so it is long; what
/// it holds fits in a few megabytes.
const STRETCH: usize = 1024;
/// Files that a thread takes at a time.
const HANDFUL: usize = 16;

/// Tables that are written as files stream by, and what linking needs.
pub struct Scan<'a> {
    examiner: &'a Examiner<'a>,
    progress: &'a dyn Progress,
    dir: &'a Path,
    images: TableWriter,
    tags: Option<TableWriter>,
    sources: Ledger,
    issues: TableWriter,
    gathered: Gathered,
    entries: Vec<Entry>,
    sheets: Vec<Sheet>,
    annotated: HashSet<String>,
    copies: Copies,
    findings: Findings,
    link_issues: Vec<Issue>,
    known: Vec<bool>,
    recall: Option<Recall>,
    read: usize,
    unread: HashSet<usize>,
    age_index: Option<usize>,
    keyed: bool,
    folder: (String, Option<Diagnosis>),
}

impl<'a> Scan<'a> {
    /// Begins the tables in `dir`.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn new(
        examiner: &'a Examiner<'a>,
        dir: &'a Path,
        progress: &'a dyn Progress,
    ) -> Result<Self, IndexError> {
        Ok(Self {
            examiner,
            progress,
            dir,
            images: TableWriter::of::<Image>(dir)?,
            tags: None,
            sources: Ledger::new(dir)?,
            issues: TableWriter::of::<Staged<'_>>(dir)?,
            gathered: Gathered::default(),
            entries: Vec::new(),
            sheets: Vec::new(),
            annotated: HashSet::new(),
            copies: Copies::default(),
            findings: Findings::new(),
            link_issues: Vec::new(),
            known: Vec::new(),
            recall: None,
            read: 0,
            unread: HashSet::new(),
            age_index: columns::age_index(),
            keyed: examiner.profile.workbook.grain == crate::sources::profile::Grain::Image,
            folder: (String::new(), None),
        })
    }

    /// Begins the table `tags`.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn begin_tags(&mut self) -> Result<(), WriteError> {
        self.tags = Some(TableWriter::of::<OfImage<'_>>(self.dir)?);
        Ok(())
    }

    /// Takes the rows of files that are `known` over from the last snapshot.
    pub fn take_over(&mut self, known: Vec<bool>, recall: Recall) {
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
    pub fn note_unseen(&mut self, walk: &Walk) {
        for unseen in &walk.unseen {
            let message = format!("it cannot be looked at: {}", unseen.error);
            self.link_issues.push(Issue::new("file-unreadable", &*unseen.path, message));
        }
    }

    fn note(&mut self, stage: Stage, issue: &Issue) -> Result<(), WriteError> {
        *self.findings.entry((issue.severity(), issue.code)).or_default() += 1;
        self.issues.push(&Staged(stage, issue))
    }

    /// Looks into every file and writes what it holds, in the order of paths. Tables and
    /// annotations come first, so that it is known which images contours will be laid on.
    ///
    /// # Errors
    /// When a table cannot be written.
    pub fn run(&mut self, files: &[Found]) -> Result<(), IndexError> {
        let mut first: HashMap<usize, Outcome> = self.look_first(files);
        let annotated = first.values().filter_map(|outcome| match &outcome.content {
            Content::Sheet(sheet) => Some([sheet.annotation.case_id.clone(), sheet.masked.clone()]),
            _ => None,
        });
        self.annotated = annotated.flatten().flatten().collect();
        self.read = first.len();
        let known = std::mem::take(&mut self.known);
        let skip = |i: usize| known.get(i) == Some(&true);
        let examiner = self.examiner;
        let mut next = look(examiner, files, 0, |i| skip(i) || first.contains_key(&i));
        for start in (0..files.len()).step_by(STRETCH) {
            let outcomes = std::mem::take(&mut next);
            let stretch = &files[start..files.len().min(start + STRETCH)];
            let after = start + STRETCH;
            // One thread writes this stretch while the others look into the next.
            let done: HashSet<usize> =
                (after..after + STRETCH).filter(|i| skip(*i) || first.contains_key(i)).collect();
            let (written, looked) = rayon::join(
                || self.write(stretch, start, outcomes, &mut first),
                || look(examiner, files, after, |i| done.contains(&i)),
            );
            written?;
            next = looked;
        }
        Ok(())
    }

    /// The largest first, one by one: they differ much, and stand together in the order of paths.
    fn look_first(&self, files: &[Found]) -> HashMap<usize, Outcome> {
        let examiner = self.examiner;
        let first = files.par_iter().enumerate().filter(|(_, found)| comes_first(&found.path));
        let mut first: Vec<(usize, &Found)> = first.collect();
        first.sort_by_key(|(_, found)| std::cmp::Reverse(found.size));
        first
            .into_par_iter()
            .with_max_len(1)
            .map_init(Scratch::default, |scratch, (i, found)| (i, examiner.examine(found, scratch)))
            .collect()
    }

    fn write(
        &mut self,
        stretch: &[Found],
        start: usize,
        outcomes: Vec<Option<Outcome>>,
        first: &mut HashMap<usize, Outcome>,
    ) -> Result<(), WriteError> {
        let mut scratch = Scratch::default();
        for (i, (found, outcome)) in stretch.iter().zip(outcomes).enumerate() {
            self.read += usize::from(outcome.is_some());
            let outcome = outcome
                .or_else(|| first.remove(&(start + i)))
                .or_else(|| self.recall.as_mut()?.take(&found.path))
                .unwrap_or_else(|| {
                    // It did not change, and yet the last snapshot does not tell.
                    self.read += 1;
                    self.examiner.examine(found, &mut scratch)
                });
            self.unread.extend(outcome.is_unread().then_some(start + i));
            self.take(found, outcome)?;
        }
        self.progress.done(stretch.len());
        Ok(())
    }

    fn take(&mut self, found: &Found, outcome: Outcome) -> Result<(), WriteError> {
        let rows = u32::try_from(outcome.row_count()).unwrap_or(u32::MAX);
        for issue in &outcome.issues {
            self.note(Stage::Scan, issue)?;
        }
        match outcome.content {
            Content::Image(image) => self.take_image(&image)?,
            Content::Rows(entries) => self.entries.extend(entries),
            Content::Sheet(sheet) => self.sheets.push(*sheet),
            Content::Nothing => {}
        }
        let source = Source {
            path: found.path.to_string(),
            kind: outcome.kind,
            size: found.size,
            modified_ms: found.modified_ms(),
            status: outcome.status,
            rows,
        };
        self.sources.push(source, found.archive())
    }

    fn take_image(&mut self, image: &Image) -> Result<(), WriteError> {
        self.link_issues.extend(self.copies.see(image));
        let age = self.age_index.and_then(|i| match image.attributes.get(i) {
            Some(Value::Integer(age)) => i16::try_from(*age).ok(),
            _ => None,
        });
        let annotated = image.case_id.as_ref().is_some_and(|case| self.annotated.contains(case));
        let group = self.folder_group(image);
        self.gathered.see(image, age, group, annotated);
        if self.keyed
            && let Some(key) = self.examiner.profile.file_key(&image.path)
        {
            self.gathered.files.entry(key.to_owned()).or_insert_with(|| image.case_id.clone());
        }
        if let Some(table) = &mut self.tags {
            for tagged in &image.tags {
                table.push(&OfImage(image, tagged))?;
            }
        }
        self.images.push(image)
    }

    /// The diagnosis of the group that the image's folder names, where the case ID names none:
    /// Cancer_00001 says its group itself. Neighbours in the order of paths share a folder.
    fn folder_group(&mut self, image: &Image) -> Option<Diagnosis> {
        let profile = self.examiner.profile;
        if profile.groups.is_empty() || profile.group_of_case(image.case_id.as_ref()?).is_some() {
            return None;
        }
        let folder = image.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        if self.folder.0 != folder {
            let group = profile.group_of_path(&image.path);
            self.folder = (folder.to_owned(), group.map(|group| group.diagnosis));
        }
        self.folder.1
    }

    /// Links what was gathered, writes the remaining tables, and counts.
    ///
    /// # Errors
    /// When a table cannot be written.
    pub fn finish(mut self) -> Result<(BTreeMap<String, u64>, Findings), IndexError> {
        let profile = self.examiner.profile;
        let mut gathered = std::mem::take(&mut self.gathered);
        let mut sheets = std::mem::take(&mut self.sheets);
        let mut issues = std::mem::take(&mut self.link_issues);
        let entries = std::mem::take(&mut self.entries);
        for sheet in &mut sheets {
            let case = &mut sheet.annotation.case_id;
            if case.as_ref().is_none_or(|id| !gathered.cases.contains_key(id)) {
                *case = sheet.masked.take().or(case.take());
            }
        }
        clinical::gather(entries, profile, &mut gathered, &mut issues);
        link::supersede(&mut sheets);
        let (dir, images, sources) = (self.dir, self.images, self.sources);
        let annotations = || write(dir, sheets.iter().map(|sheet| &sheet.annotation));
        // What was scanned is encoded and put on disk while the rest is brought together.
        let (linked, (annotations, (images, sources))) = rayon::join(
            || link::link(gathered, &sheets, profile, issues, dir),
            || rayon::join(annotations, || rayon::join(|| images.finish(), || sources.finish())),
        );
        let Linked { lesions, patients, breasts, mut issues } = linked?;
        let (annotations, images, sources) = (annotations?, images?, sources?);
        issues.extend(self.copies.across_cases(dir));
        for issue in &issues {
            *self.findings.entry((issue.severity(), issue.code)).or_default() += 1;
            self.issues.push(&Staged(Stage::Link, issue))?;
        }
        let mut rows = vec![
            ("annotations", annotations),
            ("breasts", breasts),
            ("images", images),
            ("issues", self.issues.finish()?),
            ("lesions", lesions),
            ("patients", patients),
            ("sources", sources),
        ];
        if let Some(table) = self.tags {
            rows.push(("tags", table.finish()?));
        }
        let rows = rows.into_iter().map(|(name, rows)| (name.to_owned(), rows)).collect();
        Ok((rows, self.findings))
    }
}

fn look(
    examiner: &Examiner<'_>,
    files: &[Found],
    start: usize,
    done: impl Fn(usize) -> bool + Sync,
) -> Vec<Option<Outcome>> {
    let stretch = files.get(start..files.len().min(start + STRETCH)).unwrap_or(&[]);
    stretch
        .par_iter()
        .enumerate()
        .with_max_len(HANDFUL)
        .map_init(Scratch::default, |scratch, (i, found)| {
            (!done(start + i)).then(|| examiner.examine(found, scratch))
        })
        .collect()
}

fn write<'r, R: Row + 'r>(
    dir: &Path,
    rows: impl Iterator<Item = &'r R>,
) -> Result<u64, WriteError> {
    let mut writer = TableWriter::of::<R>(dir)?;
    for row in rows {
        writer.push(row)?;
    }
    writer.finish()
}
