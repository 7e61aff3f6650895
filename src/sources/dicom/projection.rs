//! Side and view of an image: the attribute that decides is named, one that contradicts it is an
//! issue.
//!
//! Source: PS3.3 C.8.11.7 (mammography image), CID 4014 and 4015 of PS3.16; Acquisition Device
//! Processing Description (0018,1400) is where Fujifilm writes the view.

use dicom_core::Tag;
use dicom_dictionary_std::tags;

use super::header::DicomHeader;
use super::wanted::TagScope;
use crate::records::image::Projection;
use crate::records::issue::{Issue, IssueCode};
use crate::records::laterality::Laterality;
use crate::records::view::{self, SideView, ViewPosition};

/// The attributes that name a view in words, with their grammars.
type ViewGrammar = fn(&str) -> Option<ViewPosition>;
const WRITTEN_VIEWS: [(&str, Tag, ViewGrammar); 2] = [
    ("ViewPosition", tags::VIEW_POSITION, view::from_position),
    (
        "AcquisitionDeviceProcessingDescription",
        tags::ACQUISITION_DEVICE_PROCESSING_DESCRIPTION,
        view::from_description,
    ),
];

/// A value and the attribute that has it.
type AttributeClaim<T> = (T, &'static str);

/// The values that attributes give, in order of preference.
struct AttributeEvidence<T> {
    claims: Vec<AttributeClaim<T>>,
}

impl<T: Copy + PartialEq> AttributeEvidence<T> {
    fn new() -> Self {
        Self { claims: Vec::new() }
    }

    fn add(&mut self, source: &'static str, value: Option<T>) {
        self.claims.extend(value.map(|value| (value, source)));
    }

    /// The first claim, and the first that contradicts it.
    fn verdict(&self) -> Option<(AttributeClaim<T>, Option<AttributeClaim<T>>)> {
        let first = *self.claims.first()?;
        Some((first, self.claims.iter().find(|other| other.0 != first.0).copied()))
    }
}

/// View, side and modifiers of the image at `file`, whose name gives `file_view`.
pub fn decide(
    header: &DicomHeader,
    file_view: Option<&SideView>,
    file: &str,
    issues: &mut Vec<Issue>,
) -> Projection {
    let mut views = AttributeEvidence::new();
    let mut sides = AttributeEvidence::new();
    let mut modifiers: Vec<&'static str> = Vec::new();
    for code in header.codes(TagScope::Modifier) {
        let meaning = || view::modifier_from_text(&code.meaning);
        match view::modifier(&code.scheme, &code.value).or_else(meaning) {
            Some(modifier) => modifiers.push(modifier),
            None => {
                let message =
                    "View Modifier Code Sequence holds a code that CID 4015 does not list";
                let value = format!("{} {}", code.scheme, code.value);
                let issue = Issue::new(IssueCode::ViewModifierUnknown, file, message);
                issues.push(issue.at("(0054,0222)").value(value));
            }
        }
    }
    for code in header.codes(TagScope::View) {
        let base = view::from_code(&code.scheme, &code.value);
        let meaning = base.is_none().then(|| view::from_description(&code.meaning)).flatten();
        views.add("ViewCodeSequence", base.or_else(|| meaning.as_ref().map(|m| m.base)));
        modifiers.extend(meaning.iter().flat_map(|meaning| meaning.modifiers.iter().copied()));
        if base.is_none() && (meaning.is_none() || !code.value.is_empty()) {
            let message = "View Code Sequence holds a code that CID 4014 does not list";
            let value = format!("{} {}", code.scheme, code.value);
            let issue = Issue::new(IssueCode::ViewCodeUnknown, file, message);
            issues.push(issue.at("(0054,0220)").value(value));
        }
    }
    let side = |text: Option<std::borrow::Cow<'_, str>>| {
        text.and_then(|text| Laterality::parse(one_value(&text)))
    };
    sides.add("ImageLaterality", side(header.text(tags::IMAGE_LATERALITY)));
    sides.add("Laterality", side(header.text(tags::LATERALITY)));
    for scope in [TagScope::SharedGroup, TagScope::FrameGroup] {
        sides.add("FrameLaterality", side(header.text_in(scope, tags::FRAME_LATERALITY)));
    }
    for (source, tag, grammar) in WRITTEN_VIEWS {
        let position = header.text(tag).and_then(|text| grammar(one_value(&text)));
        views.add(source, position.as_ref().map(|position| position.base));
        sides.add(source, position.as_ref().and_then(|position| position.laterality));
        modifiers.extend(position.into_iter().flat_map(|position| position.modifiers));
    }
    // An orientation says less than the other attributes: it decides only where they are absent.
    if views.claims.is_empty() {
        views.add("PatientOrientation", orientation(header));
    }
    views.add("file_name", file_view.map(|view| view.base));
    sides.add("file_name", file_view.map(|view| view.laterality));
    // A body part of one side, such as LBREAST, is often that of the last examination: it comes last.
    let body_part = header.text(tags::BODY_PART_EXAMINED);
    let body_part = body_part.and_then(|text| Laterality::of_body_part(one_value(&text)));
    sides.add("BodyPartExamined", body_part);
    modifiers.sort_unstable();
    modifiers.dedup();
    let unread = header.text(tags::VIEW_POSITION);
    resolve(&views, &sides, modifiers, unread.as_deref(), file, issues)
}

/// The one value of an attribute that has one, which some writers write twice: `L\L`.
fn one_value(text: &str) -> &str {
    match text.split_once('\\') {
        Some((first, rest)) if rest.split('\\').all(|value| value == first) => first,
        _ => text,
    }
}

fn resolve(
    views: &AttributeEvidence<&'static str>,
    sides: &AttributeEvidence<Laterality>,
    modifiers: Vec<&'static str>,
    view_position: Option<&str>,
    file: &str,
    issues: &mut Vec<Issue>,
) -> Projection {
    let mut projection = Projection { modifiers, ..Projection::default() };
    if let Some(((view, source), other)) = views.verdict() {
        (projection.view_code, projection.view_source) = (Some(view), Some(source));
        if let Some(other) = other {
            issues.push(conflict(IssueCode::ViewConflict, file, (view, source), other));
        }
    } else {
        let message = "neither an attribute nor the file name gives the view";
        let mut issue = Issue::new(IssueCode::ViewUnknown, file, message);
        if let Some(text) = view_position {
            issue = issue.at("(0018,5101)").value(text);
        }
        issues.push(issue);
    }
    if let Some(((side, source), other)) = sides.verdict() {
        (projection.laterality, projection.laterality_source) = (Some(side.as_str()), Some(source));
        if let Some((other, other_source)) = other {
            let (first, other) = ((side.as_str(), source), (other.as_str(), other_source));
            issues.push(conflict(IssueCode::LateralityConflict, file, first, other));
        }
    } else {
        issues.push(Issue::new(
            IssueCode::LateralityUnknown,
            file,
            "neither an attribute nor the file name gives the side",
        ));
    }
    projection
}

fn conflict(
    code: IssueCode,
    file: &str,
    (value, source): (&str, &str),
    (other, other_source): (&str, &str),
) -> Issue {
    let message = format!("{source} is {value}, {other_source} is {other}; {value} is used");
    Issue::new(code, file, message).value(other)
}

/// CC when columns run straight to a side (`A\R`), MLO when they run to side and feet (`A\FR`).
fn orientation(header: &DicomHeader) -> Option<&'static str> {
    let text = header.text(tags::PATIENT_ORIENTATION)?;
    // One value alone is the direction of columns: that of rows is anterior or posterior.
    let mut values = text.split('\\');
    let rows = values.next()?;
    match values.next().unwrap_or(rows).trim() {
        "L" | "R" => Some("CC"),
        "FL" | "FR" | "LF" | "RF" => Some("MLO"),
        _ => None,
    }
}
