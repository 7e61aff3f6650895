//! The annotation tool's result files and the release made of them.
//!
//! The tool (github.com/ANN-KOREA/mmg-annotation-nia) writes label → view → lesion number →
//! points; a point is (x right, y down) in image pixels from the image's centre.

use std::collections::{BTreeSet, HashSet};

use compact_str::CompactString;

use crate::records::annotation::{Annotation, DrawnContour};
use crate::records::contour::{self, ContourPoint, SHORT};
use crate::records::issue::{Issue, IssueCode};
use crate::records::label;
use crate::records::text;
use crate::records::view;

use super::foreign_annotation;
use super::json::{self, JsonError, JsonNode, JsonText};

/// Points of a contour and contours of a view: more are not drawn by hand, and every point is compared
/// with the others.
const MOST_POINTS: usize = 20_000;
const MOST_CONTOURS: usize = 1_000;

/// The names of the fields; a profile can change them.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnnotationFields {
    /// The case.
    pub case: String,
    /// The reader.
    pub reader: String,
    /// The contours.
    pub contours: String,
    /// Whether the case must not be used.
    pub discarded: String,
}

/// An annotation: one reader, one case.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub struct AnnotationFile {
    /// Its row, the case as the file writes it.
    pub annotation: Annotation,
    /// Its contours.
    pub drawings: Vec<DrawnContour>,
    /// The hash that replaces the case ID unless images have it; absent when the ID may be published.
    pub masked: Option<String>,
}

/// What a JSON file has of annotations.
#[derive(Debug)]
pub enum AnnotationText {
    /// Annotations, each with the findings about it.
    Annotations(Vec<(AnnotationFile, Vec<Issue>)>),
    /// Annotations in a format that is not read, by its name.
    Foreign(&'static str),
    /// No annotation.
    Other,
}

/// Levels of lists and envelopes around an annotation, such as `{"result": [...]}`.
const MOST_LEVELS: usize = 8;

/// Reads the annotations of a JSON file: one, a list of several, or either in an envelope.
///
/// # Errors
/// When the text cannot be read as JSON, strictly or otherwise.
pub fn read(
    bytes: &[u8],
    fields: &AnnotationFields,
    path: &str,
) -> Result<AnnotationText, JsonError> {
    let JsonText { node: mut root, mut repairs } = json::parse_bytes(bytes)?;
    if json::expand_texts(&mut root, MOST_LEVELS, |node| is_annotation(node, fields)) {
        repairs.insert("json_in_string");
    }
    let mut nodes = Vec::new();
    find_annotations(&root, String::new(), fields, 0, &mut nodes);
    if nodes.is_empty() {
        return Ok(foreign_annotation::format(&root)
            .map_or(AnnotationText::Other, AnnotationText::Foreign));
    }
    let mut annotations = Vec::with_capacity(nodes.len());
    for (pointer, node) in nodes {
        let mut issues = Vec::new();
        let file = read_annotation(node, pointer, fields, path, repairs.clone(), &mut issues)?;
        annotations.push((file, issues));
    }
    if let Some((_, issues)) = annotations.first_mut() {
        note_repeats_around(&root, "", fields, path, issues);
    }
    Ok(AnnotationText::Annotations(annotations))
}

/// Whether an object is an annotation: it has contours, or names case and reader, drawn or not.
fn is_annotation(node: &JsonNode, fields: &AnnotationFields) -> bool {
    let has = |field: &str| node.get_spelled(field).is_some();
    matches!(node, JsonNode::Object(_))
        && (has(&fields.contours) || (has(&fields.case) && has(&fields.reader)))
}

fn find_annotations<'n>(
    node: &'n JsonNode,
    pointer: String,
    fields: &AnnotationFields,
    level: usize,
    found: &mut Vec<(String, &'n JsonNode)>,
) {
    if is_annotation(node, fields) {
        found.push((pointer, node));
    } else if level < MOST_LEVELS {
        match node {
            JsonNode::Object(entries) => {
                for (key, inner) in entries {
                    find_annotations(inner, join(&pointer, key), fields, level + 1, found);
                }
            }
            JsonNode::List(list) => {
                let is_filled = |inner: &JsonNode| match inner {
                    JsonNode::Object(entries) => !entries.is_empty(),
                    JsonNode::List(list) => !list.is_empty(),
                    _ => false,
                };
                let filled = list.iter().enumerate().filter(|(_, inner)| is_filled(inner));
                for (index, inner) in filled {
                    let pointer = join(&pointer, &index.to_string());
                    find_annotations(inner, pointer, fields, level + 1, found);
                }
            }
            _ => {}
        }
    }
}

/// The texts, sorted and without repeats.
fn distinct(texts: impl Iterator<Item = String>) -> Vec<String> {
    texts.collect::<BTreeSet<_>>().into_iter().collect()
}

fn read_annotation(
    root: &JsonNode,
    pointer: String,
    fields: &AnnotationFields,
    path: &str,
    mut repairs: BTreeSet<&'static str>,
    issues: &mut Vec<Issue>,
) -> Result<AnnotationFile, JsonError> {
    let mut field = |name: &str| {
        let (value, is_respelled) = root.get_spelled(name)?;
        if is_respelled {
            repairs.insert("key_spelling");
        }
        Some(value)
    };
    let (case, reader) = (field(&fields.case), field(&fields.reader));
    let (contours, discard) = (field(&fields.contours), field(&fields.discarded));
    let empty = JsonNode::Object(Vec::new());
    let contours = contours.unwrap_or_else(|| {
        let message = format!("it names case and reader and has no {}", fields.contours);
        let issue = Issue::new(IssueCode::AnnotationWithoutContours, path, message);
        issues.push(if pointer.is_empty() { issue } else { issue.at(&pointer) });
        &empty
    });
    note_repeats(root, &pointer, path, issues);
    let mut drawings = Vec::new();
    let mut parser = ContourParser {
        path,
        pointer: join(&pointer, &fields.contours),
        issues,
        drawings: &mut drawings,
        contours: 0,
    };
    repairs.extend(parser.read(contours)?);
    let contour_count = u32::try_from(parser.contours).unwrap_or(u32::MAX);
    let discarded = discarded(discard, fields, &pointer, path, issues);
    let repairs: Vec<&'static str> = repairs.into_iter().collect();
    if !repairs.is_empty() {
        let message = format!("not strict JSON; read with: {}", repairs.join(", "));
        issues.push(Issue::new(IssueCode::AnnotationRepaired, path, message));
    }
    let annotation = Annotation {
        case_id: case.and_then(JsonNode::as_label),
        reader: reader.and_then(JsonNode::as_label).map(|reader| text::fold(&reader)),
        path: path.to_owned(),
        pointer,
        discarded,
        labels: distinct(drawings.iter().filter_map(|d| d.label.clone())),
        views: distinct(drawings.iter().filter_map(DrawnContour::view)),
        contour_count,
        lesion_count: u32::try_from(drawings.len()).unwrap_or(u32::MAX),
        repairs,
        ..Annotation::default()
    };
    Ok(AnnotationFile { annotation, drawings, masked: None })
}

/// Reports keys that are repeated in the objects around the annotations of a file.
fn note_repeats_around(
    node: &JsonNode,
    pointer: &str,
    fields: &AnnotationFields,
    path: &str,
    issues: &mut Vec<Issue>,
) {
    if is_annotation(node, fields) {
        return;
    }
    match node {
        JsonNode::Object(entries) => {
            note_repeated_keys(entries, pointer, path, issues);
            for (key, inner) in entries {
                note_repeats_around(inner, &join(pointer, key), fields, path, issues);
            }
        }
        JsonNode::List(list) => {
            for (index, inner) in list.iter().enumerate() {
                if matches!(inner, JsonNode::Object(_)) {
                    let place = join(pointer, &index.to_string());
                    note_repeats_around(inner, &place, fields, path, issues);
                }
            }
        }
        _ => {}
    }
}

/// Reports keys that are repeated in one object, points included.
fn note_repeats(node: &JsonNode, pointer: &str, path: &str, issues: &mut Vec<Issue>) {
    match node {
        JsonNode::Object(entries) => {
            note_repeated_keys(entries, pointer, path, issues);
            for (key, inner) in entries {
                if matches!(inner, JsonNode::Object(_) | JsonNode::List(_)) {
                    note_repeats(inner, &join(pointer, key), path, issues);
                }
            }
        }
        JsonNode::List(list) => {
            for (index, inner) in list.iter().enumerate() {
                if matches!(inner, JsonNode::Object(_)) {
                    note_repeats(inner, &join(pointer, &index.to_string()), path, issues);
                }
            }
        }
        _ => {}
    }
}

fn note_repeated_keys(
    entries: &[(CompactString, JsonNode)],
    pointer: &str,
    path: &str,
    issues: &mut Vec<Issue>,
) {
    let mut keys = HashSet::new();
    for (key, _) in entries {
        if !keys.insert(key) {
            let message = format!("the key {key:?} is repeated here");
            let issue = Issue::new(IssueCode::AnnotationKeyRepeated, path, message);
            issues.push(issue.at(join(pointer, key)));
        }
    }
}

fn discarded(
    node: Option<&JsonNode>,
    fields: &AnnotationFields,
    pointer: &str,
    path: &str,
    issues: &mut Vec<Issue>,
) -> Option<bool> {
    let value = match node? {
        JsonNode::Null => return None,
        JsonNode::Flag(flag) => Some(*flag),
        JsonNode::Text(text) if matches!(text.trim(), "Y" | "y") => Some(true),
        JsonNode::Text(text) if matches!(text.trim(), "N" | "n") => Some(false),
        node => match node.as_number() {
            Some(1.0) => Some(true),
            Some(0.0) => Some(false),
            _ => None,
        },
    };
    if value.is_none() {
        let message = format!("{} is neither 0 nor 1", fields.discarded);
        let issue = Issue::new(IssueCode::AnnotationFlagUnreadable, path, message);
        issues.push(issue.at(join(pointer, &fields.discarded)));
    }
    value
}

/// Walks the levels of one file's contours.
struct ContourParser<'a> {
    path: &'a str,
    pointer: String,
    issues: &'a mut Vec<Issue>,
    drawings: &'a mut Vec<DrawnContour>,
    /// Entries of contours, excluded ones counted.
    contours: usize,
}

impl ContourParser<'_> {
    /// Reads the contours of an annotation, which may be JSON in a text. Returns the repairs of that text.
    fn read(&mut self, contours: &JsonNode) -> Result<BTreeSet<&'static str>, JsonError> {
        let JsonNode::Text(text) = contours else {
            self.labels(contours);
            return Ok(BTreeSet::new());
        };
        if text.trim().is_empty() {
            return Ok(BTreeSet::new());
        }
        let JsonText { mut node, mut repairs } = json::parse(text)?;
        repairs.insert("json_in_string");
        for _ in 0..MOST_LEVELS {
            let JsonNode::Text(text) = &node else { break };
            node = json::parse(text)?.node;
        }
        note_repeats(&node, &self.pointer, self.path, self.issues);
        self.labels(&node);
        Ok(repairs)
    }

    fn note(&mut self, code: IssueCode, pointer: &str, message: impl Into<String>) {
        self.issues.push(Issue::new(code, self.path, message).at(pointer));
    }

    /// The entries of one level; anything but an object is an issue, emptiness is not.
    fn entries<'n>(
        &mut self,
        node: &'n JsonNode,
        pointer: &str,
    ) -> &'n [(CompactString, JsonNode)] {
        match node {
            JsonNode::Object(entries) => entries,
            JsonNode::Null => &[],
            JsonNode::List(list) if list.is_empty() => &[],
            _ => {
                self.note(IssueCode::ContourUnreadable, pointer, "an object was expected here");
                &[]
            }
        }
    }

    fn labels(&mut self, node: &JsonNode) {
        let root = self.pointer.clone();
        for (label, views) in self.entries(node, &root) {
            let pointer = join(&root, label);
            if view::pane(label).is_some() {
                // A file without the level of labels.
                self.view(None, label, views, &pointer);
                continue;
            }
            if label::parse(label).is_none() {
                let message = format!("{label:?} is not a label of the vocabulary");
                self.note(IssueCode::LabelUnknown, &pointer, message);
            }
            for (key, lesions) in self.entries(views, &pointer) {
                self.view(Some(label), key, lesions, &join(&pointer, key));
            }
        }
    }

    fn view(&mut self, label: Option<&str>, key: &str, lesions: &JsonNode, pointer: &str) {
        let pane = view::pane(key);
        match &pane {
            None => self.note(IssueCode::ViewKeyUnknown, pointer, format!("{key:?} is not a view")),
            Some(pane) if pane.corrected => {
                let message = format!("{key:?} was read as {}", pane.view());
                self.note(IssueCode::ViewKeyCorrected, pointer, message);
            }
            Some(_) => {}
        }
        let first = self.drawings.len();
        let entries = self.entries(lesions, pointer);
        self.contours += entries.len();
        for (count, (lesion_id, node)) in entries.iter().enumerate() {
            let pointer = join(pointer, lesion_id);
            if count == MOST_CONTOURS {
                let message = format!("more than {MOST_CONTOURS} contours; the rest is excluded");
                let issue = Issue::new(IssueCode::ContourUnreadable, self.path, message);
                let excluded = (entries.len() - MOST_CONTOURS).to_string();
                self.issues.push(issue.at(&pointer).value(excluded));
                break;
            }
            let points = self.points(node, &pointer);
            if points.is_empty() {
                self.note(
                    IssueCode::ContourEmpty,
                    &pointer,
                    "a deleted lesion left an empty entry",
                );
                continue;
            }
            let is_duplicate = self.drawings[first..].iter().any(|d| d.points == points);
            let drawing = DrawnContour {
                label: label.map(|label| label::parse(label).unwrap_or(label).to_owned()),
                label_raw: label.map(str::to_owned),
                view_key: key.to_owned(),
                side_view: pane.clone(),
                lesion_id: lesion_id.to_string(),
                is_duplicate,
                crosses_itself: contour::crosses_itself(&points),
                measures_px: contour::measure(&points),
                bounds: contour::bounds(&points),
                points,
            };
            self.inspect(&drawing, &pointer);
            self.drawings.push(drawing);
        }
    }

    fn points(&mut self, node: &JsonNode, pointer: &str) -> Vec<ContourPoint> {
        let JsonNode::List(list) = node else {
            if !matches!(node, JsonNode::Null)
                && !matches!(node, JsonNode::Object(e) if e.is_empty())
            {
                self.note(
                    IssueCode::ContourUnreadable,
                    pointer,
                    "a list of points was expected here",
                );
            }
            return Vec::new();
        };
        if list.len() > MOST_POINTS {
            let message = format!("{} points; a contour has {MOST_POINTS} at most", list.len());
            self.note(IssueCode::ContourUnreadable, pointer, message);
            return Vec::new();
        }
        let mut points = Vec::with_capacity(list.len());
        for (index, node) in list.iter().enumerate() {
            match point(node) {
                Some(point) => points.push(point),
                None => {
                    let message = "a point without finite x and y; it is excluded";
                    self.note(
                        IssueCode::ContourUnreadable,
                        &join(pointer, &index.to_string()),
                        message,
                    );
                }
            }
        }
        points
    }

    /// Reports what the annotation tool would not have written.
    fn inspect(&mut self, drawing: &DrawnContour, pointer: &str) {
        let count = drawing.points.len();
        if drawing.measures_px.is_none() {
            self.note(IssueCode::ContourDegenerate, pointer, "fewer than three distinct points");
        } else if count <= SHORT {
            let message =
                format!("{count} points; the annotation tool saves contours of more than {SHORT}");
            self.note(IssueCode::ContourShort, pointer, message);
        }
        if !contour::is_closed(&drawing.points) {
            self.note(IssueCode::ContourOpen, pointer, "the last point does not repeat the first");
        }
        if drawing.crosses_itself {
            self.note(IssueCode::ContourSelfCrossing, pointer, "two edges cross or touch");
        }
        if drawing.is_duplicate {
            self.note(
                IssueCode::ContourDuplicate,
                pointer,
                "an earlier contour of this view has the same points",
            );
        }
    }
}

/// `{"x": 1, "y": 2}` or `[1, 2]`.
fn point(node: &JsonNode) -> Option<ContourPoint> {
    match node {
        JsonNode::List(pair) => match pair.as_slice() {
            [x, y] => Some([x.as_number()?, y.as_number()?]),
            _ => None,
        },
        JsonNode::Point(point) => Some(*point),
        node => Some([node.get("x")?.as_number()?, node.get("y")?.as_number()?]),
    }
}

/// A JSON pointer one level down (RFC 6901).
fn join(pointer: &str, key: &str) -> String {
    format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"))
}
