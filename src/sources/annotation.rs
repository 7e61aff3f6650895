//! The annotation tool's result files and the release made of them.
//!
//! The tool (github.com/ANN-KOREA/mmg-annotation-nia) writes label → view → lesion number →
//! points; a point is (x right, y down) in image pixels from the image's centre.

use std::collections::HashSet;

use compact_str::CompactString;

use crate::records::annotation::{Annotation, DrawnContour};
use crate::records::contour::{self, ContourPoint, SHORT};
use crate::records::issue::{Issue, IssueCode};
use crate::records::text;
use crate::records::view;

use super::json::{self, JsonError, JsonNode};

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

/// Reads an annotation file; absent when the text is JSON of another kind.
///
/// # Errors
/// When the text cannot be read as JSON, strictly or otherwise.
pub fn read(
    bytes: &[u8],
    fields: &AnnotationFields,
    path: &str,
    issues: &mut Vec<Issue>,
) -> Result<Option<AnnotationFile>, JsonError> {
    let parsed = json::parse_bytes(bytes)?;
    let mut repairs = parsed.repairs;
    let root = parsed.node;
    let empty = JsonNode::Object(Vec::new());
    let list = match root.get(&fields.contours) {
        Some(list) => list,
        // Case and reader are what makes a file an annotation, drawn or not.
        None if [&fields.case, &fields.reader].iter().all(|f| root.get(f).is_some()) => {
            let message = format!("it names case and reader and has no {}", fields.contours);
            issues.push(Issue::new(IssueCode::AnnotationWithoutContours, path, message));
            &empty
        }
        None => return Ok(None),
    };
    note_repeats(&root, "", path, issues);
    let mut drawings = Vec::new();
    let mut hand = ContourParser {
        path,
        pointer: format!("/{}", fields.contours),
        issues,
        drawings: &mut drawings,
    };
    match list {
        JsonNode::Text(inner) if inner.trim().is_empty() => {}
        JsonNode::Text(inner) => {
            repairs.insert("json_in_string");
            let inner = json::parse(inner)?;
            repairs.extend(inner.repairs);
            note_repeats(&inner.node, &hand.pointer, path, hand.issues);
            hand.labels(&inner.node);
        }
        node => hand.labels(node),
    }
    let distinct = |mut list: Vec<String>| {
        list.sort_unstable();
        list.dedup();
        list
    };
    let discarded = discarded(root.get(&fields.discarded), fields, path, issues);
    let repairs: Vec<&'static str> = repairs.into_iter().collect();
    if !repairs.is_empty() {
        let message = format!("not strict JSON; read with: {}", repairs.join(", "));
        issues.push(Issue::new(IssueCode::AnnotationRepaired, path, message));
    }
    let annotation = Annotation {
        case_id: root.get(&fields.case).and_then(JsonNode::as_label),
        reader: root.get(&fields.reader).and_then(JsonNode::as_label).map(|r| text::fold(&r)),
        path: path.to_owned(),
        discarded,
        labels: distinct(drawings.iter().filter_map(|d| d.label.clone()).collect()),
        views: distinct(drawings.iter().filter_map(DrawnContour::view).collect()),
        lesion_count: u32::try_from(drawings.len()).unwrap_or(u32::MAX),
        repairs,
        ..Annotation::default()
    };
    Ok(Some(AnnotationFile { annotation, drawings, masked: None }))
}

/// Reports keys that are repeated in one object, down to the lists of points.
fn note_repeats(node: &JsonNode, pointer: &str, path: &str, issues: &mut Vec<Issue>) {
    let JsonNode::Object(entries) = node else { return };
    let mut seen = HashSet::new();
    for (key, inner) in entries {
        let place = join(pointer, key);
        if !seen.insert(key) {
            let message = format!("the key {key:?} is repeated here");
            issues.push(Issue::new(IssueCode::AnnotationKeyRepeated, path, message).at(&place));
        }
        note_repeats(inner, &place, path, issues);
    }
}

fn discarded(
    node: Option<&JsonNode>,
    fields: &AnnotationFields,
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
        issues.push(issue.at(format!("/{}", fields.discarded)));
    }
    value
}

/// Walks the levels of one file's contours.
struct ContourParser<'a> {
    path: &'a str,
    pointer: String,
    issues: &'a mut Vec<Issue>,
    drawings: &'a mut Vec<DrawnContour>,
}

impl ContourParser<'_> {
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
        for (count, (lesion_id, node)) in self.entries(lesions, pointer).iter().enumerate() {
            let pointer = join(pointer, lesion_id);
            if count == MOST_CONTOURS {
                let message = format!("more than {MOST_CONTOURS} contours; the rest is excluded");
                self.note(IssueCode::ContourUnreadable, &pointer, message);
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
                label: label.map(str::to_owned),
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
