//! Annotation files in the dialects of the tool and of the release.

use std::fmt::Write as _;

use super::case::{AnnotationDialect, DiscardFlag, SampleAnnotation};

/// The file's text.
pub(super) fn text(annotation: &SampleAnnotation) -> String {
    let discard = u8::from(annotation.discard == DiscardFlag::Unreadable);
    let head = format!(
        r#""user_id": "{}", "case_id": "{}", "contour_list":"#,
        annotation.reader, annotation.case_id
    );
    let comma = if annotation.dialect == AnnotationDialect::Loose { "," } else { "" };
    let contours = contour_list(annotation, comma);
    match annotation.dialect {
        AnnotationDialect::Strict => format!(r#"{{{head} {contours}, "discard_yn": {discard}}}"#),
        AnnotationDialect::Loose => format!("{{{head} {contours}, discard_yn: {discard}}}"),
        AnnotationDialect::Nested => {
            let quoted = contours.replace('"', "\\\"");
            format!(r#"{{{head} "{quoted}", "discard_yn": {discard}}}"#)
        }
        AnnotationDialect::Pretty => {
            let lines = head.replace(", ", ",\n  ");
            format!("{{\n  {lines} {},\n  \"discard_yn\": {discard}\n}}\n", spread(&contours))
        }
    }
}

/// `{"cancer": {view: {number: points}}}`, or `{}` when nothing was drawn. `comma` follows the last
/// contour of a view.
fn contour_list(annotation: &SampleAnnotation, comma: &str) -> String {
    if annotation.views.is_empty() {
        return "{}".to_owned();
    }
    let mut out = String::from(r#"{"cancer": {"#);
    for (v, (view, contours)) in annotation.views.iter().enumerate() {
        let _ = write!(out, r#"{}"{view}": {{"#, if v == 0 { "" } else { ", " });
        for (c, contour) in contours.iter().enumerate() {
            let _ = write!(out, r#"{}"{}": ["#, if c == 0 { "" } else { ", " }, contour.number);
            for (p, (x, y)) in contour.points.iter().enumerate() {
                let _ = write!(out, r#"{}{{"y": {y}, "x": {x}}}"#, if p == 0 { "" } else { ", " });
            }
            out.push(']');
        }
        out.push_str(comma);
        out.push('}');
    }
    out.push_str("}}");
    out
}

/// One contour per line.
fn spread(contours: &str) -> String {
    contours
        .replace("{\"cancer\": {", "{\n    \"cancer\": {\n      ")
        .replace("]}, ", "]},\n      ")
}
