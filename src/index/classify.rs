//! One file: its type, detected from its content, and what it holds.

use std::io;

use super::input::FileInput;
use super::outcome::{FileContent, FileOutcome};
use super::pending::PendingStore;
use crate::records::issue::{Issue, IssueCode};
use crate::records::side_file::SideFile;
use crate::records::source::{FileKind, SourceStatus};
use crate::sources::annotation::{self, AnnotationFile, AnnotationText};
use crate::sources::archive::{self, Archives, ZipContent};
use crate::sources::dicom::{
    self, DicomVerdict, FileWindow, HeaderValues, MammogramReader, ReadDepth,
};
use crate::sources::path_parts::{self, extension};
use crate::sources::profile::{CaseVerdict, IdHashing, Profile, RecentPatientIds, RuleSource};
use crate::sources::sniff;
use crate::sources::source_file::{FileOrigin, SourceFile};
use crate::sources::source_root::{ReadExtent, SourceRoot};
use crate::sources::workbook::{self, TableContainer};
use crate::storage::MemoryShare;

/// Length of a text that may be a table, at most.
const MAX_TEXT: u64 = 16 * 1024 * 1024;
/// Annotations have some kilobytes; a tree of JSON takes twenty times the room of its text.
const MAX_JSON: u64 = 16 * 1024 * 1024;
/// Memory that a byte of an annotation or a packed table may take while it is read.
const MEMORY_PER_BYTE: u64 = 20;

/// Memory that one thread uses for file after file.
#[derive(Default)]
pub struct ReadBuffers {
    buffer: Vec<u8>,
    values: HeaderValues,
    recent: RecentPatientIds,
}

/// Reads files by the rules of one profile.
pub struct FileReader<'a> {
    /// Where the data set is.
    pub root: &'a SourceRoot,
    /// The layout of the data set.
    pub profile: &'a Profile,
    /// Reads images.
    pub reader: &'a MammogramReader,
    /// The archives of the data set.
    pub archives: &'a Archives<'a>,
    /// Where clinical rows are spooled; without it they are only counted.
    pub store: Option<&'a PendingStore>,
}

impl FileReader<'_> {
    /// Reads one file. Whatever is wrong with it is part of its outcome.
    pub fn read(&self, file: &SourceFile, buffers: &mut ReadBuffers) -> FileOutcome {
        let mut outcome = self.read_content(file, buffers);
        if file.raw.is_some() && file.archive().is_none() {
            let message = "the name is not UTF-8; bytes that are not are shown as \\xB0";
            outcome.issues.push(Issue::new(IssueCode::FileNameNotUtf8, &*file.path, message));
        }
        outcome
    }

    fn read_content(&self, file: &SourceFile, buffers: &mut ReadBuffers) -> FileOutcome {
        if file.is_missing() {
            let message = if self.root.has_other(&file.path) {
                "the inventory names it, and it is not a file"
            } else {
                "the inventory names it, and it does not exist"
            };
            let issue = Issue::new(IssueCode::FileMissing, &*file.path, message);
            return FileOutcome::rejected(FileKind::Other, message, vec![issue]);
        }
        if file.size == 0 {
            let issue = Issue::new(IssueCode::FileEmpty, &*file.path, "the file has no bytes");
            return FileOutcome::rejected(FileKind::Other, "it has no bytes", vec![issue]);
        }
        let outcome = self.open(file).and_then(|input| {
            let buffer = std::mem::take(&mut buffers.buffer);
            let mut window = FileWindow::new(input.bytes(), file.size, buffer);
            let outcome = self.classify(&input, &mut window, file, buffers);
            buffers.buffer = window.into_buffer();
            outcome
        });
        outcome.unwrap_or_else(|error| {
            let (code, what) = match file.origin {
                FileOrigin::Member { .. } => {
                    (IssueCode::MemberUnreadable, "the member of an archive")
                }
                FileOrigin::File | FileOrigin::Missing => (IssueCode::FileUnreadable, "the file"),
            };
            let message = format!("{what} cannot be read: {error}");
            let issue = Issue::new(code, &*file.path, &message);
            FileOutcome::rejected(FileKind::Other, &message, vec![issue])
        })
    }

    fn open(&self, file: &SourceFile) -> io::Result<FileInput> {
        Ok(match file.origin {
            FileOrigin::Member { index, .. } => {
                let mut member = self.archives.member(file.place(), index)?;
                if self.reader.depth() == ReadDepth::Pixels {
                    member.inflate_whole();
                }
                FileInput::Member(Box::new(member))
            }
            _ => {
                let extent = match self.reader.depth() {
                    _ if comes_first(&file.path) => ReadExtent::Whole,
                    ReadDepth::Header => ReadExtent::Header,
                    ReadDepth::Pixels => ReadExtent::Pixels,
                };
                FileInput::File(self.root.open_file(file, extent)?)
            }
        })
    }

    fn classify(
        &self,
        input: &FileInput,
        window: &mut FileWindow<'_>,
        file: &SourceFile,
        buffers: &mut ReadBuffers,
    ) -> io::Result<FileOutcome> {
        if file.rule_path().split('/').any(|folder| folder == "__MACOSX") {
            return Ok(FileOutcome::ignored(
                FileKind::Other,
                "metadata that macOS adds to archives",
            ));
        }
        let head = window.get(0, 132)?;
        if dicom::is_dicom(head) {
            return self.image(window, file, buffers);
        }
        if let Some(side_file) = SideFile::from_name(path_parts::file_name(&file.path)) {
            return Ok(self.side_file(side_file, file));
        }
        // What is large and not an image waits until no other thread holds a large table.
        let turn = workbook::LargeTableTurn::wait_for(file.size);
        let _share = turn.is_none().then(|| MemoryShare::wait_for(file.size * MEMORY_PER_BYTE));
        if sniff::is_zip(head) {
            return self.packed(input, file);
        }
        if sniff::is_ole(head) {
            let bytes = input.whole(file)?;
            if is_spreadsheet(&extension(&file.path)) || sniff::has_ole_workbook(&bytes) {
                return Ok(self.table(&bytes, TableContainer::Xls, file));
            }
            return Ok(self.unrecognised_as("an OLE file without a workbook", file));
        }
        let extension = extension(&file.path);
        let is_json = sniff::may_be_json(head) || extension == "json";
        Ok(match extension.as_str() {
            "csv" | "tsv" => self.table(&input.whole(file)?, TableContainer::Text, file),
            "txt" | "tab" if !is_json && file.size <= MAX_TEXT => {
                self.text(&input.whole(file)?, file)
            }
            end if is_spreadsheet(end) => {
                let reason = "the spreadsheet cannot be opened: it is not what its name says";
                self.bad_table(reason, file)
            }
            "dcm" | "dicom" | "ima" => {
                FileOutcome::broken(file, "its name says DICOM, its content does not".to_owned())
            }
            "json" if file.size > MAX_JSON => {
                let message = "JSON of more than 16 MiB is not read";
                let issue = Issue::new(IssueCode::AnnotationUnreadable, &*file.path, message);
                FileOutcome::rejected(FileKind::Annotation, message, vec![issue])
            }
            _ if is_json && file.size <= MAX_JSON => self.annotations(&input.whole(file)?, file),
            _ if sniff::is_cvat(window.get(0, 1024)?) => self.foreign_annotation("CVAT", file),
            _ => self.unrecognised(file),
        })
    }

    /// A file that lies beside data and is not data.
    fn side_file(&self, side_file: SideFile, file: &SourceFile) -> FileOutcome {
        if side_file.is_finding {
            return self.unrecognised_as(side_file.reason, file);
        }
        FileOutcome::ignored(FileKind::Other, side_file.reason)
    }

    /// A file that begins like a zip archive: a spreadsheet, or an archive, whose members are
    /// looked into each for itself.
    fn packed(&self, input: &FileInput, file: &SourceFile) -> io::Result<FileOutcome> {
        let spreadsheet = is_spreadsheet(&extension(&file.path));
        let kind = match input {
            FileInput::File(source) => archive::kind(source),
            // It is not inflated to find out.
            FileInput::Member(_) if spreadsheet => Ok(ZipContent::Spreadsheet),
            FileInput::Member(_) => Ok(ZipContent::Archive),
        };
        Ok(match kind {
            Ok(ZipContent::Spreadsheet) => {
                let bytes = input.whole(file)?;
                match workbook::container(&bytes) {
                    Some(container) => self.table(&bytes, container, file),
                    None => self.bad_table("the spreadsheet cannot be opened: damaged", file),
                }
            }
            Err(error) if spreadsheet => self.bad_table(&error.to_string(), file),
            _ if file.archive().is_some() => FileOutcome::ignored(
                FileKind::Archive,
                "an archive inside an archive is not opened",
            ),
            _ if !archive::may_be(&file.path) => FileOutcome::ignored(
                FileKind::Archive,
                "an archive that is neither a spreadsheet nor a .zip file",
            ),
            _ => self.archive(file),
        })
    }

    fn archive(&self, file: &SourceFile) -> FileOutcome {
        match self.archives.list(file) {
            Ok(listing) => {
                let message =
                    "another member of the archive has the same path; only the first is read";
                let repeated = listing.unwrap_or_default().repeated.into_iter();
                let issue =
                    |path| Issue::new(IssueCode::MemberRepeated, &*file.path, message).value(path);
                let (kind, status) = (FileKind::Archive, SourceStatus::Indexed);
                let issues = repeated.map(issue).collect();
                FileOutcome { kind, status, content: FileContent::Nothing, issues }
            }
            Err(error) => {
                let reason = error.to_string();
                let issue = Issue::new(IssueCode::ArchiveUnreadable, &*file.path, &reason);
                FileOutcome::rejected(FileKind::Archive, &reason, vec![issue])
            }
        }
    }

    fn unrecognised(&self, file: &SourceFile) -> FileOutcome {
        self.unrecognised_as("neither DICOM nor a clinical table nor an annotation", file)
    }

    fn unrecognised_as(&self, reason: &str, file: &SourceFile) -> FileOutcome {
        let issue =
            Issue::new(IssueCode::FileUnrecognised, &*file.path, format!("the file is {reason}"));
        FileOutcome { issues: vec![issue], ..FileOutcome::ignored(FileKind::Other, reason) }
    }

    fn image(
        &self,
        window: &mut FileWindow<'_>,
        file: &SourceFile,
        buffers: &mut ReadBuffers,
    ) -> io::Result<FileOutcome> {
        let mut issues = Vec::new();
        let rule_path = file.rule_path();
        let pane = self.profile.pane(&rule_path);
        let place = dicom::FileFacts {
            path: &file.path,
            view: pane.as_ref(),
            size: file.size,
            modified_ms: file.modified_ms(),
        };
        let verdict = self.reader.read(window, place, &mut buffers.values, &mut issues)?;
        Ok(match verdict {
            DicomVerdict::Image { mut image, patient_id, identity_removed } => {
                let (id, recent) = (patient_id.as_deref(), &mut buffers.recent);
                let case = self.profile.image_case(&rule_path, id, identity_removed, recent);
                issues.extend(case_issue(file, case.as_ref()));
                image.case_id = case.map(|case| case.case_id);
                for issue in &mut issues {
                    issue.case_id.clone_from(&image.case_id);
                }
                let (kind, status) = (FileKind::Dicom, SourceStatus::Indexed);
                FileOutcome { kind, status, content: FileContent::Image(image), issues }
            }
            DicomVerdict::Directory => {
                FileOutcome::ignored(FileKind::DicomDir, "the directory of a DICOM medium")
            }
            DicomVerdict::Other(reason) => {
                let case = self.profile.image_case(&rule_path, None, false, &mut buffers.recent);
                if issues.is_empty() && case.is_some() {
                    issues.push(Issue::new(IssueCode::DicomExcluded, &*file.path, &reason));
                }
                for issue in &mut issues {
                    issue.case_id = case.as_ref().map(|case| case.case_id.clone());
                }
                FileOutcome { issues, ..FileOutcome::ignored(FileKind::Dicom, &reason) }
            }
            DicomVerdict::Broken(reason) => {
                let mut outcome = FileOutcome::broken(file, reason);
                let case = self.profile.image_case(&rule_path, None, false, &mut buffers.recent);
                for issue in &mut outcome.issues {
                    issue.case_id = case.as_ref().map(|case| case.case_id.clone());
                }
                outcome
            }
        })
    }

    fn table(&self, bytes: &[u8], container: TableContainer, file: &SourceFile) -> FileOutcome {
        let table = match workbook::open(bytes, container) {
            Ok(table) => table,
            Err(error) => return self.bad_table(&error.to_string(), file),
        };
        let mut issues = Vec::new();
        let mut rows = Vec::new();
        let take = |entry| rows.extend(self.store.and_then(|store| store.put_row(&entry)));
        let tables = workbook::read(&table.sheets, self.profile, &file.path, &mut issues, take);
        if tables == 0 {
            let reason = "no sheet has a header row that names an ID and a clinical finding";
            issues.push(Issue::new(IssueCode::WorkbookWithoutTable, &*file.path, reason));
            return FileOutcome { issues, ..FileOutcome::ignored(FileKind::Workbook, reason) };
        }
        let (kind, status) = (FileKind::Workbook, SourceStatus::Indexed);
        FileOutcome { kind, status, content: FileContent::Rows(rows), issues }
    }

    /// A text whose name does not say that it is a table: one only where it has a clinical header.
    fn text(&self, bytes: &[u8], file: &SourceFile) -> FileOutcome {
        let outcome = self.table(bytes, TableContainer::Text, file);
        match outcome.status {
            SourceStatus::Indexed => outcome,
            _ => self.unrecognised(file),
        }
    }

    fn bad_table(&self, reason: &str, file: &SourceFile) -> FileOutcome {
        let issue = Issue::new(IssueCode::WorkbookUnreadable, &*file.path, reason);
        FileOutcome::rejected(FileKind::Workbook, reason, vec![issue])
    }

    fn annotations(&self, bytes: &[u8], file: &SourceFile) -> FileOutcome {
        let (rule_path, name) = (file.rule_path(), extension(&file.path));
        let delivery = self.profile.delivery(&rule_path);
        match annotation::read(bytes, &self.profile.annotation.fields, &file.path) {
            Ok(AnnotationText::Annotations(annotations)) => {
                let is_single = annotations.len() == 1;
                let mut outcome = FileOutcome {
                    kind: FileKind::Annotation,
                    status: SourceStatus::Indexed,
                    content: FileContent::Nothing,
                    issues: Vec::new(),
                };
                let mut files = Vec::with_capacity(annotations.len());
                for (mut annotation, mut issues) in annotations {
                    let row = &mut annotation.annotation;
                    row.size_bytes = file.size;
                    row.modified_ms = file.modified_ms();
                    row.delivery.clone_from(&delivery);
                    row.reader = row.reader.take().map(|name| self.profile.published_reader(name));
                    // The path of a file with several annotations names the case of none.
                    let path = is_single.then_some(&*rule_path);
                    let case = self.name_case(&mut annotation, &rule_path, path, &mut issues);
                    issues.iter_mut().for_each(|issue| issue.case_id.clone_from(&case));
                    outcome.issues.append(&mut issues);
                    files.push(annotation);
                }
                outcome.content = FileContent::Annotations(files);
                outcome
            }
            Ok(AnnotationText::Foreign(format)) => self.foreign_annotation(format, file),
            Ok(AnnotationText::Other) if delivery.is_some() => {
                let reason = "JSON in the folder of a delivery that has no annotation";
                let issue = Issue::new(IssueCode::AnnotationFormatUnsupported, &*file.path, reason);
                let outcome = FileOutcome::ignored(FileKind::Other, reason);
                FileOutcome { issues: vec![issue], ..outcome }
            }
            Ok(AnnotationText::Other) => {
                let reason = "JSON that is not an annotation";
                let outcome = FileOutcome::ignored(FileKind::Other, reason);
                if self.profile.is_fallback(&rule_path)
                    || self.profile.case(RuleSource::Path, &rule_path, None).is_none()
                {
                    return outcome;
                }
                let reason = "the path names a case, and the JSON is not an annotation";
                let issue = Issue::new(IssueCode::AnnotationFormatUnsupported, &*file.path, reason);
                FileOutcome { issues: vec![issue], ..outcome }
            }
            // Text that is not JSON is an annotation only if its name ends in .json.
            Err(_) if name != "json" => self.unrecognised(file),
            Err(error) => {
                let message = format!("the JSON cannot be read: {error}");
                let issue = Issue::new(IssueCode::AnnotationUnreadable, &*file.path, &message);
                FileOutcome::rejected(FileKind::Annotation, &message, vec![issue])
            }
        }
    }

    /// Annotations in a format that is not read.
    fn foreign_annotation(&self, format: &str, file: &SourceFile) -> FileOutcome {
        let reason = format!("annotations in the format of {format}, which is not read");
        let issue = Issue::new(IssueCode::AnnotationFormatUnsupported, &*file.path, &reason);
        FileOutcome { issues: vec![issue], ..FileOutcome::ignored(FileKind::Other, &reason) }
    }

    /// Sets the case of an annotation: the one that its text names, else that of its `path`, where
    /// that names one. Returns the case where findings may name it.
    fn name_case(
        &self,
        file: &mut AnnotationFile,
        rule_path: &str,
        path: Option<&str>,
        issues: &mut Vec<Issue>,
    ) -> Option<String> {
        let annotation = &mut file.annotation;
        let group = self.profile.group_of_path(rule_path);
        let written = annotation.case_id.take();
        let by_text =
            written.as_deref().and_then(|id| self.profile.case(RuleSource::Annotation, id, group));
        let by_path = path.and_then(|path| self.profile.case(RuleSource::Path, path, None));
        if let (Some(by_text), Some(by_path)) = (&by_text, &by_path)
            && by_text.id != by_path.id
            && !self.profile.is_fallback(rule_path)
        {
            let (by_text, by_path) = (&by_text.id, &by_path.id);
            let message = format!(
                "the annotation names case {by_text}, the path names {by_path}; the annotation counts"
            );
            let issue = Issue::new(IssueCode::AnnotationCaseConflict, &annotation.path, message);
            issues.push(issue.value(by_path));
        }
        let Some(named) = by_text.or(by_path) else {
            let message = "neither the annotation nor its path names a case";
            let mut issue = Issue::new(IssueCode::CaseUnknown, &annotation.path, message);
            issue.value = written;
            issues.push(issue);
            return None;
        };
        annotation.case_id = Some(named.id.clone());
        file.masked = (named.hashed != IdHashing::Never).then(|| named.masked(self.profile.key()));
        file.masked.is_none().then_some(named.id)
    }
}

/// The finding on the case of an image: unknown, or named differently by path and Patient ID.
fn case_issue(file: &SourceFile, case: Option<&CaseVerdict>) -> Option<Issue> {
    let Some(case) = case else {
        let message = "no rule of the profile names the case of this image";
        return Some(Issue::new(IssueCode::CaseUnknown, &*file.path, message));
    };
    let other = case.against.as_ref()?;
    let message = "path and Patient ID name different cases; the first rule of the profile counts";
    let issue = Issue::new(IssueCode::CaseConflict, &*file.path, message);
    Some(issue.case(&case.case_id).value(other))
}

fn is_spreadsheet(extension: &str) -> bool {
    matches!(extension, "xlsx" | "xls" | "xlsb" | "xlsm" | "ods")
}

/// Whether a file's name says that it is a table or an annotation: those are read first.
pub fn comes_first(path: &str) -> bool {
    let end = extension(path);
    is_spreadsheet(&end) || matches!(end.as_str(), "json" | "csv" | "tsv" | "txt" | "tab")
}
