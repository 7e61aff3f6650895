//! A page of crops in which burned-in text is likely, for a person to look at.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::error::AuditError;
use super::finding::AuditFinding;
use super::shapes::{TextLine, text_lines};
use super::words::sentence;
use crate::catalog::Catalog;
use crate::disk::{WholeFolder, io_error, write_with_folders};
use crate::language::Language;
use crate::pixels::{Picture, PictureFormat, PixelBox, PixelError, PixelImage};
use crate::records::issue::Severity;
use crate::results::escape;
use crate::sources::data_set_files::DataSetFiles;
use crate::sources::source_root::SourceRoot;
use crate::storage::Requests;

/// The longer side of the pictures in which shapes are sought.
const LONGEST: u32 = 1536;

/// Crops of one image.
const MOST_LINES: usize = 4;

/// Images whose crops are on one page; a browser slows down beyond.
const PER_PAGE: usize = 500;

/// Images that are held at a time.
const BATCH: usize = 256;

/// The sheet of an audit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BorderSheet {
    /// Images of the catalog.
    pub images: u64,
    /// Images with crops.
    pub candidates: u64,
    /// Paths of images that were not examined, and why.
    pub failures: Vec<(String, String)>,
}

/// An image with lines of shapes, in pixels of the picture.
struct SheetEntry {
    path: String,
    crops: Vec<(TextLine, Vec<u8>)>,
}

/// Looks at the first frame of every image of the catalog, and writes a page with the crops in which text
/// is likely to the folder `output`. `progress` is called before each image.
///
/// # Errors
/// When the catalog cannot be read, or the folder cannot be written.
pub fn border_sheet(
    catalog: &Catalog,
    root: &Path,
    output: &Path,
    progress: &(dyn Fn() + Sync),
) -> Result<BorderSheet, AuditError> {
    if !SourceRoot::may_be(root) {
        return Err(AuditError::Root(root.to_owned()));
    }
    let folder = WholeFolder::create(output).map_err(io_error("write", output))?;
    let files = DataSetFiles::new(root);
    let paths: Vec<String> = catalog.values("SELECT path FROM images ORDER BY path")?;
    let mut sheet = BorderSheet { images: paths.len() as u64, ..BorderSheet::default() };
    let mut entries: Vec<(String, Vec<(TextLine, String)>)> = Vec::new();
    let requests = Requests::default();
    for batch in paths.chunks(BATCH) {
        let look = |_: &mut (), path: &String| {
            progress();
            entry(&files, path).map_err(|reason| (path.clone(), reason))
        };
        for entry in requests.map(batch.iter().collect(), || (), look) {
            match entry {
                Err(failure) => sheet.failures.push(failure),
                Ok(entry) if entry.crops.is_empty() => {}
                Ok(entry) => {
                    sheet.candidates += 1;
                    let number = sheet.candidates;
                    let mut crops = Vec::with_capacity(entry.crops.len());
                    for (place, (line, png)) in entry.crops.iter().enumerate() {
                        let name = format!("crops/{number:06}_{}.png", place + 1);
                        put(folder.path(), &name, png)?;
                        crops.push((*line, name));
                    }
                    entries.push((entry.path, crops));
                }
            }
        }
    }
    entries.sort_by_key(|(path, crops)| {
        let characters = crops.iter().map(|(line, _)| line.characters).max();
        (std::cmp::Reverse(characters), path.clone())
    });
    write_pages(folder.path(), &sheet, &entries)?;
    folder.sync().and_then(|()| folder.finish()).map_err(io_error("write", output))?;
    Ok(sheet)
}

impl BorderSheet {
    /// The findings on the pixels.
    pub fn findings(&self) -> Vec<AuditFinding> {
        let finding = |subject: &str, count: u64, severity, message: &str| {
            AuditFinding::new("picture", severity, subject, [count, self.images], message)
        };
        let likely = "small shapes in a line outside the breast, as burned-in text and view markers \
                      are: look at the sheet";
        let unread = "the pixels cannot be decoded, or have too many shapes";
        let lines = [
            finding("text is likely at the border", self.candidates, Severity::Warning, likely),
            finding("images not examined", self.failures.len() as u64, Severity::Error, unread),
        ];
        lines.into_iter().filter(|finding| finding.count > 0).collect()
    }
}

fn put(folder: &Path, name: &str, content: &[u8]) -> Result<(), AuditError> {
    let path: PathBuf = folder.join(name);
    Ok(write_with_folders(&path, content).map_err(io_error("write", &path))?)
}

/// Looks at one image. The error says why it was not examined.
fn entry(files: &DataSetFiles, path: &str) -> Result<SheetEntry, String> {
    let picture = files
        .read(path, |source, length| PixelImage::read(source, length)?.picture_within(1, LONGEST));
    let picture: Picture = picture.map_err(|error: PixelError| error.to_string())?;
    let crop = |line: TextLine| {
        let margin = line.place.rows;
        let area = PixelBox {
            left: line.place.left.saturating_sub(margin),
            top: line.place.top.saturating_sub(margin),
            columns: line.place.columns + 2 * margin,
            rows: 3 * line.place.rows,
        };
        let png = picture.crop(area).encode(PictureFormat::Png)?;
        Ok::<_, std::io::Error>((line, png))
    };
    let lines = text_lines(&picture, MOST_LINES).ok_or("it has too many shapes, as noise has")?;
    let crops = lines.into_iter().map(crop).collect::<Result<_, _>>();
    Ok(SheetEntry { path: path.to_owned(), crops: crops.map_err(|error| error.to_string())? })
}

/// Writes `index.html` and, beyond 500 images, `page2.html` and so on.
fn write_pages(
    folder: &Path,
    sheet: &BorderSheet,
    entries: &[(String, Vec<(TextLine, String)>)],
) -> Result<(), AuditError> {
    let pages: Vec<_> =
        if entries.is_empty() { vec![entries] } else { entries.chunks(PER_PAGE).collect() };
    let name = |page: usize| {
        if page == 0 { "index.html".to_owned() } else { format!("page{}.html", page + 1) }
    };
    for (page, entries) in pages.iter().enumerate() {
        let mut html = String::from(
            "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src 'self' file:; style-src 'unsafe-inline'\">\
             <title>mammodex audit</title><style>body{font:15px sans-serif;margin:1.5em;max-width:70em;\
             color:#111;background:#fff}figure{margin:0 0 1.2em}img{max-width:100%;margin:0 .5em .3em 0;\
             border:1px solid #888;background:#000}figcaption{font-family:monospace;overflow-wrap:anywhere}</style>\n",
        );
        for language in [Language::English, Language::Korean] {
            let (images, candidates, failures) =
                (sheet.images, sheet.candidates, sheet.failures.len());
            let counts = sentence("sheet-counts", language);
            let counts = counts
                .replace("{images}", &images.to_string())
                .replace("{candidates}", &candidates.to_string())
                .replace("{failures}", &failures.to_string());
            let _ = writeln!(
                html,
                "<p lang=\"{}\"><strong>{}</strong> {} {counts}</p>",
                language.code(),
                sentence("sheet-private", language),
                sentence("sheet-promise", language)
            );
        }
        if pages.len() > 1 {
            let links: Vec<String> = (0..pages.len())
                .map(|other| format!("<a href=\"{}\">{}</a>", name(other), other + 1))
                .collect();
            let _ = writeln!(html, "<p>{}</p>", links.join(" "));
        }
        for (path, crops) in *entries {
            html.push_str("<figure>");
            for (line, file) in crops {
                let _ = write!(html, "<img src=\"{file}\" alt=\"{} characters\">", line.characters);
            }
            let _ = writeln!(html, "<figcaption>{}</figcaption></figure>", html_text(path));
        }
        put(folder, &name(page), html.as_bytes())?;
    }
    let mut failures = String::from("path\treason\n");
    for (path, reason) in &sheet.failures {
        let clean = |text: &str| text.replace(|c: char| c.is_control(), " ");
        let _ = writeln!(failures, "{}\t{}", clean(path), clean(reason));
    }
    put(folder, "not_examined.tsv", failures.as_bytes())
}

/// A text for HTML; control characters and marks of direction are made visible.
fn html_text(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    escape::visible(text).chars().for_each(|c| escape::push_html(c, &mut html));
    html
}
