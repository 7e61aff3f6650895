//! One file: what it is, by its content, and what it holds.

use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::Path;

use super::shelf::{Line, Shelf};
use crate::records::image::Image;
use crate::records::issue::Issue;
use crate::records::source::{Kind, Status};
use crate::sources::annotation::{self, Sheet};
use crate::sources::archive::{self, Archives, Member, Packed};
use crate::sources::dicom::{self, Bytes, Depth, Reader, Values, Verdict, Window};
use crate::sources::discovery::{self, Found, Origin};
use crate::sources::profile::{From, Hashed, Profile, Recent};
use crate::sources::workbook::{self, Container};

/// Tables and annotations are read whole; none of this data set comes near.
const MAX_WHOLE: u64 = 512 * 1024 * 1024;
/// Annotations have some kilobytes; a tree of JSON takes twenty times the room of its text.
const MAX_JSON: u64 = 16 * 1024 * 1024;

/// What came out of one file.
#[derive(Debug)]
pub struct Outcome {
    /// What it was taken for.
    pub kind: Kind,
    /// What came of it.
    pub status: Status,
    /// What it holds.
    pub content: Content,
    /// What was found on the way.
    pub issues: Vec<Issue>,
}

/// What a file holds.
#[derive(Debug)]
pub enum Content {
    /// An image and its case.
    Image(Box<Image>),
    /// Clinical rows, set aside.
    Rows(Vec<Line>),
    /// One reader's drawing.
    Sheet(Box<Sheet>),
    /// Nothing for a table.
    Nothing,
}

/// Memory that one thread uses for file after file.
#[derive(Default)]
pub struct Scratch {
    buffer: Vec<u8>,
    values: Values,
    recent: Recent,
}

/// Looks into files by the rules of one profile.
pub struct Examiner<'a> {
    /// The data set's folder.
    pub root: &'a Path,
    /// The same, held open.
    pub folder: &'a File,
    /// Its layout.
    pub profile: &'a Profile,
    /// What is read of an image.
    pub reader: &'a Reader,
    /// The archives of the data set.
    pub archives: &'a Archives<'a>,
    /// Where clinical rows go; they are only looked at without it.
    pub shelf: Option<&'a Shelf>,
}

/// An open file, or a member of an archive.
enum Input {
    File(File),
    Member(Box<Member>),
}

impl Input {
    fn bytes(&self) -> &dyn Bytes {
        match self {
            Self::File(file) => file,
            Self::Member(member) => &**member,
        }
    }

    fn whole(&self, found: &Found) -> io::Result<Vec<u8>> {
        match self {
            Self::File(file) => whole(file, found),
            Self::Member(member) => member.whole(),
        }
    }
}

impl Examiner<'_> {
    /// Looks into one file. Whatever is wrong with it becomes its outcome.
    pub fn examine(&self, found: &Found, scratch: &mut Scratch) -> Outcome {
        let mut outcome = self.examine_content(found, scratch);
        if found.raw.is_some() && found.archive().is_none() {
            let message = "the name is not UTF-8; bytes that are not are shown as \\xB0";
            outcome.issues.push(Issue::new("file-name-not-utf8", &*found.path, message));
        }
        outcome
    }

    fn examine_content(&self, found: &Found, scratch: &mut Scratch) -> Outcome {
        if found.is_missing() {
            let message = match std::fs::metadata(self.root.join(&*found.path)) {
                Ok(_) => "the inventory names it, and it is no file",
                Err(_) => "the inventory names it, and it is not there",
            };
            let issue = Issue::new("file-missing", &*found.path, message);
            return Outcome::rejected(Kind::Other, message, vec![issue]);
        }
        if found.size == 0 {
            let issue = Issue::new("file-empty", &*found.path, "the file has no bytes");
            return Outcome::rejected(Kind::Other, "it has no bytes", vec![issue]);
        }
        let outcome = self.open(found).and_then(|input| {
            let buffer = std::mem::take(&mut scratch.buffer);
            let mut window = Window::new(input.bytes(), found.size, buffer);
            let outcome = self.look(&input, &mut window, found, scratch);
            scratch.buffer = window.into_buffer();
            outcome
        });
        outcome.unwrap_or_else(|error| {
            let (code, what) = match found.origin {
                Origin::Member { .. } => ("member-unreadable", "the member of an archive"),
                Origin::File | Origin::Missing => ("file-unreadable", "the file"),
            };
            let message = format!("{what} cannot be read: {error}");
            let issue = Issue::new(code, &*found.path, &message);
            Outcome::rejected(Kind::Other, &message, vec![issue])
        })
    }

    fn open(&self, found: &Found) -> io::Result<Input> {
        Ok(match found.origin {
            Origin::Member { index, .. } => {
                let mut member = self.archives.member(found.place(), index)?;
                if self.reader.depth() == Depth::Pixels {
                    member.inflate_whole();
                }
                Input::Member(Box::new(member))
            }
            _ => {
                let file = discovery::open(self.folder, found)?;
                if self.reader.depth() == Depth::Header && !comes_first(&found.path) {
                    dicom::without_read_ahead(&file);
                }
                Input::File(file)
            }
        })
    }

    fn look(
        &self,
        input: &Input,
        window: &mut Window<'_>,
        found: &Found,
        scratch: &mut Scratch,
    ) -> io::Result<Outcome> {
        if found.rule_path().split('/').any(|folder| folder == "__MACOSX") {
            return Ok(Outcome::ignored(Kind::Other, "what a Mac notes beside the files it packs"));
        }
        let head = window.get(0, 132)?;
        if dicom::is_dicom(head) {
            return self.image(window, found, scratch);
        }
        if archive::is_zip(head) {
            return self.packed(input, found);
        }
        if head.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
            return Ok(self.table(&input.whole(found)?, Container::Xls, found));
        }
        let extension = extension(&found.path);
        let first = head.iter().find(|b| !b.is_ascii_whitespace() && !b"\xef\xbb\xbf".contains(b));
        let is_json = matches!(first, Some(b'{' | b'/' | b'[')) || extension == "json";
        Ok(match extension.as_str() {
            "csv" | "tsv" => self.table(&input.whole(found)?, Container::Text, found),
            end if is_spreadsheet(end) => {
                let reason = "the spreadsheet cannot be opened: it is not what its name says";
                self.bad_table(reason, found)
            }
            "json" if found.size > MAX_JSON => {
                let message = "JSON of more than 16 MiB is not read";
                let issue = Issue::new("annotation-unreadable", &*found.path, message);
                Outcome::rejected(Kind::Annotation, message, vec![issue])
            }
            _ if is_json && found.size <= MAX_JSON => self.drawing(&input.whole(found)?, found),
            "dcm" | "dicom" | "ima" => broken(found, "it is called DICOM and is not".to_owned()),
            _ => self.unrecognised(found),
        })
    }

    /// A file that begins like a zip archive: a spreadsheet, or an archive, whose members are
    /// looked into each for itself.
    fn packed(&self, input: &Input, found: &Found) -> io::Result<Outcome> {
        let spreadsheet = is_spreadsheet(&extension(&found.path));
        let kind = match input {
            Input::File(file) => archive::kind(file),
            // It is not inflated to find out.
            Input::Member(_) if spreadsheet => Ok(Packed::Spreadsheet),
            Input::Member(_) => Ok(Packed::Archive),
        };
        Ok(match kind {
            Ok(Packed::Spreadsheet) => {
                let bytes = input.whole(found)?;
                match workbook::container(&bytes) {
                    Some(container) => self.table(&bytes, container, found),
                    None => self.bad_table("the spreadsheet cannot be opened: damaged", found),
                }
            }
            Err(error) if spreadsheet => self.bad_table(&error.to_string(), found),
            _ if found.archive().is_some() => {
                Outcome::ignored(Kind::Archive, "an archive in an archive is not looked into")
            }
            _ if !archive::may_be(&found.path) => {
                Outcome::ignored(Kind::Archive, "an archive that is neither spreadsheet nor .zip")
            }
            _ => self.archive(found),
        })
    }

    fn archive(&self, found: &Found) -> Outcome {
        match self.archives.list(found) {
            Ok(listing) => {
                let message = "another member of the archive has the same path and was left out";
                let repeated = listing.unwrap_or_default().repeated.into_iter();
                let issue = |path| Issue::new("member-repeated", &*found.path, message).value(path);
                let (kind, status) = (Kind::Archive, Status::Indexed);
                let issues = repeated.map(issue).collect();
                Outcome { kind, status, content: Content::Nothing, issues }
            }
            Err(error) => {
                let reason = error.to_string();
                let issue = Issue::new("archive-unreadable", &*found.path, &reason);
                Outcome::rejected(Kind::Archive, &reason, vec![issue])
            }
        }
    }

    fn unrecognised(&self, found: &Found) -> Outcome {
        let reason = "neither DICOM nor clinical table nor annotation";
        let issue = Issue::new("file-unrecognised", &*found.path, format!("the file is {reason}"));
        Outcome { issues: vec![issue], ..Outcome::ignored(Kind::Other, reason) }
    }

    fn image(
        &self,
        window: &mut Window<'_>,
        found: &Found,
        scratch: &mut Scratch,
    ) -> io::Result<Outcome> {
        let mut issues = Vec::new();
        let rule_path = found.rule_path();
        let pane = self.profile.pane(&rule_path);
        let place = dicom::File {
            path: &found.path,
            pane: pane.as_ref(),
            size: found.size,
            modified_ms: found.modified_ms(),
        };
        let verdict = self.reader.examine(window, place, &mut scratch.values, &mut issues)?;
        Ok(match verdict {
            Verdict::Image { mut image, patient_id, identity_removed } => {
                let (id, recent) = (patient_id.as_deref(), &mut scratch.recent);
                let case = self.profile.image_case(&rule_path, id, identity_removed, recent);
                image.case_id = case.as_ref().map(|verdict| verdict.case_id.clone());
                match case {
                    None => {
                        let message = "no rule of the profile names the case of this image";
                        issues.push(Issue::new("case-unknown", &*found.path, message));
                    }
                    Some(case) => issues.extend(case.against.map(|other| {
                        let message =
                            "path and Patient ID name different cases; the first rule won";
                        Issue::new("case-conflict", &*found.path, message)
                            .case(&case.case_id)
                            .value(other)
                    })),
                }
                for issue in &mut issues {
                    issue.case_id.clone_from(&image.case_id);
                }
                let (kind, status) = (Kind::Dicom, Status::Indexed);
                Outcome { kind, status, content: Content::Image(image), issues }
            }
            Verdict::Directory => {
                Outcome::ignored(Kind::DicomDir, "the directory of a DICOM medium")
            }
            Verdict::Other(reason) => Outcome::ignored(Kind::Dicom, &reason),
            Verdict::Broken(reason) => {
                let mut outcome = broken(found, reason);
                let case = self.profile.image_case(&rule_path, None, false, &mut scratch.recent);
                for issue in &mut outcome.issues {
                    issue.case_id = case.as_ref().map(|case| case.case_id.clone());
                }
                outcome
            }
        })
    }

    fn table(&self, bytes: &[u8], container: Container, found: &Found) -> Outcome {
        let sheets = match workbook::open(bytes, container) {
            Ok(sheets) => sheets,
            Err(error) => return self.bad_table(&error.to_string(), found),
        };
        let mut issues = Vec::new();
        let mut rows = Vec::new();
        let take = |entry| rows.extend(self.shelf.and_then(|shelf| shelf.put_row(&entry)));
        let tables = workbook::read(&sheets, self.profile, &found.path, &mut issues, take);
        if tables == 0 {
            let reason = "no sheet has a header row that names an ID and a clinical finding";
            let issue = Issue::new("workbook-without-table", &*found.path, reason);
            return Outcome { issues: vec![issue], ..Outcome::ignored(Kind::Workbook, reason) };
        }
        let (kind, status) = (Kind::Workbook, Status::Indexed);
        Outcome { kind, status, content: Content::Rows(rows), issues }
    }

    fn bad_table(&self, reason: &str, found: &Found) -> Outcome {
        let issue = Issue::new("workbook-unreadable", &*found.path, reason);
        Outcome::rejected(Kind::Workbook, reason, vec![issue])
    }

    fn drawing(&self, bytes: &[u8], found: &Found) -> Outcome {
        let mut issues = Vec::new();
        let fields = &self.profile.annotation.fields;
        match annotation::read(bytes, fields, &found.path, &mut issues) {
            Ok(Some(mut sheet)) => {
                let a = &mut sheet.annotation;
                a.size_bytes = found.size;
                a.modified_ms = found.modified_ms();
                a.delivery = self.profile.delivery(&found.rule_path());
                let case = self.name_case(&mut sheet, &found.rule_path(), &mut issues);
                for issue in &mut issues {
                    issue.case_id.clone_from(&case);
                }
                let (kind, status) = (Kind::Annotation, Status::Indexed);
                Outcome { kind, status, content: Content::Sheet(Box::new(sheet)), issues }
            }
            Ok(None) => Outcome::ignored(Kind::Other, "JSON that is no annotation"),
            // Text that is no JSON is an annotation only if it is called so.
            Err(_) if extension(&found.path) != "json" => self.unrecognised(found),
            Err(error) => {
                let message = format!("the JSON cannot be read: {error}");
                let issue = Issue::new("annotation-unreadable", &*found.path, &message);
                Outcome::rejected(Kind::Annotation, &message, vec![issue])
            }
        }
    }

    /// The case of an annotation: what its text says, and what its path says against it. Gives the
    /// case where findings may name it.
    fn name_case(
        &self,
        sheet: &mut Sheet,
        rule_path: &str,
        issues: &mut Vec<Issue>,
    ) -> Option<String> {
        let a = &mut sheet.annotation;
        let group = self.profile.group_of_path(rule_path);
        let written = a.case_id.take();
        let said = written.as_deref().and_then(|id| self.profile.case(From::Annotation, id, group));
        let path = self.profile.case(From::Path, rule_path, None);
        if let (Some(said), Some(path)) = (&said, &path)
            && said.id != path.id
            && !self.profile.is_fallback(rule_path)
        {
            let (said, path) = (&said.id, &path.id);
            let message = format!("the text says case {said}, the path says {path}; the text won");
            issues.push(Issue::new("annotation-case-conflict", &a.path, message).value(path));
        }
        let Some(named) = said.or(path) else {
            let message = "neither text nor path name a case";
            let mut issue = Issue::new("case-unknown", &a.path, message);
            issue.value = written;
            issues.push(issue);
            return None;
        };
        a.case_id = Some(named.id.clone());
        sheet.masked = (named.hashed != Hashed::Never).then(|| named.masked());
        sheet.masked.is_none().then_some(named.id)
    }
}

impl Outcome {
    fn rejected(kind: Kind, reason: &str, issues: Vec<Issue>) -> Self {
        let status = Status::Rejected(reason.to_owned());
        Self { kind, status, content: Content::Nothing, issues }
    }

    fn ignored(kind: Kind, reason: &str) -> Self {
        let status = Status::Ignored(reason.to_owned());
        Self { kind, status, content: Content::Nothing, issues: Vec::new() }
    }

    /// Whether the file could not be read: what it holds is not known, and may be another time.
    pub fn is_unread(&self) -> bool {
        self.issues.iter().any(|i| matches!(i.code, "file-unreadable" | "pixels-unreadable"))
    }

    /// How many rows of tables came from it.
    pub fn row_count(&self) -> usize {
        match &self.content {
            Content::Image(_) => 1,
            Content::Rows(rows) => rows.len(),
            Content::Sheet(sheet) => 1 + sheet.drawings.len(),
            Content::Nothing => 0,
        }
    }
}

fn broken(found: &Found, reason: String) -> Outcome {
    let issue = Issue::new("dicom-unreadable", &*found.path, &reason);
    Outcome::rejected(Kind::Dicom, &reason, vec![issue])
}

fn extension(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map_or_else(String::new, |(_, e)| e.to_ascii_lowercase())
}

fn is_spreadsheet(extension: &str) -> bool {
    matches!(extension, "xlsx" | "xls" | "xlsb" | "xlsm" | "ods")
}

/// Whether a file's name says that it is a table or an annotation: those are read first.
pub fn comes_first(path: &str) -> bool {
    let end = extension(path);
    is_spreadsheet(&end) || matches!(end.as_str(), "json" | "csv" | "tsv")
}

fn whole(mut file: &File, found: &Found) -> io::Result<Vec<u8>> {
    if found.size > MAX_WHOLE {
        return Err(io::Error::other("a table or annotation of more than 512 MiB is not read"));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(found.size).unwrap_or(0));
    file.rewind()?; // an archive's directory may have been looked at
    file.take(MAX_WHOLE).read_to_end(&mut bytes)?;
    Ok(bytes)
}
