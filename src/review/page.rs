//! The page's files: those that are the same for every review, and the scripts with its data.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::annotate::color;
use super::page_texts::PageTexts;
use super::queue::{ReviewCase, ReviewContour};
use super::session::{HungImage, ReviewSession};
use super::verdict::Verdict;
use crate::disk::hex;
use crate::language::chosen;

/// What the page may load: its own files, and nothing from elsewhere.
pub const CONTENT_POLICY: &str = "default-src 'none'; img-src 'self'; style-src 'self'; \
     script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'";
/// The same for a page that is opened from disk; `blob:` is the file that it downloads.
const FILE_POLICY: &str = "default-src 'none'; img-src 'self' file:; style-src 'self' file:; \
     script-src 'self' file:; base-uri 'none'; form-action 'none'";
/// Where the page names its policy.
const POLICY_MARK: &str = "<!-- policy -->";
/// The line by which a page of a review is recognised.
pub const GENERATOR: &str = "<meta name=\"generator\" content=\"mammodex review\">";

/// Files that are the same for every review: name, media type, text.
pub const PAGE_FILES: [(&str, &str, &str); 5] = [
    ("index.html", "text/html; charset=utf-8", include_str!("page/index.html")),
    ("page.css", "text/css; charset=utf-8", include_str!("page/page.css")),
    ("view.js", "text/javascript; charset=utf-8", include_str!("page/view.js")),
    ("verdicts.js", "text/javascript; charset=utf-8", include_str!("page/verdicts.js")),
    ("page.js", "text/javascript; charset=utf-8", include_str!("page/page.js")),
];

/// A file of the page for a review that is opened from disk.
pub fn file_for_disk(text: &str) -> String {
    let policy = format!("<meta http-equiv=\"Content-Security-Policy\" content=\"{FILE_POLICY}\">");
    text.replace(POLICY_MARK, &policy)
}

/// Where the pictures of an image are, or why there is none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PictureAddress {
    /// The preview, relative to the page.
    pub preview: Option<String>,
    /// The whole picture, loaded when it is shown larger than the preview.
    pub full: Option<String>,
    /// Why there is no preview.
    pub failure: Option<String>,
}

/// How the page of a review differs from another's.
#[derive(Debug, Clone, Copy)]
pub struct PageSettings<'a> {
    /// The reviewer's latest verdicts.
    pub own: &'a [Verdict],
    /// Distinguishes reviews in the storage of a browser.
    pub catalog: &'a str,
    /// Whether a server stores verdicts.
    pub stores: bool,
}

/// A name of a catalog that says nothing of where it is: a hash of its folder's path.
pub fn catalog_name(folder: &Path) -> String {
    let path = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
    hex(&Sha256::digest(path.as_os_str().as_encoded_bytes())[..8])
}

/// `data.js`: the queue, the texts and the verdicts so far.
pub fn start_script(session: &ReviewSession, settings: PageSettings<'_>) -> String {
    let mut texts = json!(PageTexts::get());
    texts["undrawn_reasons"] = json!(PageTexts::UNDRAWN_REASONS);
    let data = json!({
        "reviewer": session.reviewer.as_str(),
        "snapshot": session.snapshot,
        "catalog": settings.catalog,
        "stores": settings.stores,
        "texts": texts,
        "language": chosen().code(),
        "cases": session.queue.iter().map(|case| case_value(session, case)).collect::<Vec<_>>(),
        "verdicts": settings.own,
    });
    format!("mammodexStart({data});\n")
}

fn case_value(session: &ReviewSession, case: &ReviewCase) -> Value {
    let readers = readers(case);
    let contours = case.contours.iter().map(|contour| contour_value(session, &readers, contour));
    json!({
        "id": case.case_id,
        "diagnosis": case.diagnosis,
        "checks": case.checks,
        "contours": contours.collect::<Vec<_>>(),
    })
}

/// The readers of a case in the order of their colours: two readers have two colours, however many the
/// data set has.
fn readers(case: &ReviewCase) -> Vec<String> {
    let readers: BTreeSet<&String> = case.contours.iter().map(|contour| &contour.reader).collect();
    readers.into_iter().cloned().collect()
}

fn contour_value(session: &ReviewSession, readers: &[String], contour: &ReviewContour) -> Value {
    let other = |verdict: &Verdict| {
        json!({
            "reviewer": verdict.reviewer.as_str(),
            "verdict": verdict.verdict,
            "reason": verdict.reason,
            "note": verdict.note,
        })
    };
    let others = session.others.get(&contour.hash);
    let others: Vec<Value> = others.into_iter().flatten().map(other).collect();
    json!({
        "hash": contour.hash,
        "view": contour.view,
        "reader": reader_label(session, readers, &contour.reader),
        "colour": css_color(readers, &contour.reader),
        "label": contour.label,
        "drawn": contour.is_drawn,
        "image_path": contour.image_path,
        "mm": contour.max_diameter_mm,
        "doubts": contour.doubts,
        "others": others,
    })
}

/// The reader's name; in a blind review the number of its colour.
fn reader_label(session: &ReviewSession, readers: &[String], reader: &str) -> String {
    if !session.is_blind {
        return reader.to_owned();
    }
    let place = readers.iter().position(|known| known == reader);
    place.map_or_else(String::new, |place| (place + 1).to_string())
}

fn css_color(readers: &[String], reader: &str) -> String {
    let [red, green, blue] = color(readers, reader);
    format!("#{red:02x}{green:02x}{blue:02x}")
}

/// `cases/N.js`: the pictures of a case and its contours, in the order of `images`.
pub fn case_script(
    session: &ReviewSession,
    number: usize,
    images: &[HungImage],
    addresses: &[PictureAddress],
) -> String {
    let readers = session.queue.get(number).map(readers).unwrap_or_default();
    let value = |(hung, address): (&HungImage, &PictureAddress)| {
        let image = &hung.image;
        let [columns, rows] = image.size_px.unwrap_or([1000, 1000]);
        let contour = |contour: &super::exam::ReaderContour| {
            // A tenth of a pixel is finer than anyone draws.
            let round = |value: f64| (value * 10.0).round() / 10.0;
            let points: Vec<[f64; 2]> =
                contour.corners.iter().map(|point| point.map(round)).collect();
            let colour = css_color(&readers, &contour.reader);
            json!({ "hash": contour.hash, "colour": colour, "points": points })
        };
        json!({
            "view": image.view.as_deref().unwrap_or("?"),
            "row": hung.row,
            "column": hung.column,
            "columns": columns,
            "rows": rows,
            "src": address.preview,
            "full": address.full,
            "error": address.failure,
            "contours": image.contours.iter().map(contour).collect::<Vec<_>>(),
        })
    };
    let exam: Vec<Value> = images.iter().zip(addresses).map(value).collect();
    format!("mammodexCase({number}, {});\n", Value::Array(exam))
}
