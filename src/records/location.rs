//! Where in the breasts a tumour lies, from free text.

use super::laterality::Laterality;
use super::reading::Reading;

/// Side and quadrant that a text names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Location {
    /// The side; absent when the text names none.
    pub side: Option<Laterality>,
    /// `UOQ`, `UIQ`, `LOQ`, `LIQ`, `central` or `axillary tail`; absent when the text names none.
    pub quadrant: Option<&'static str>,
}

/// Reads a location: `Breast, left`, `Lt. breast UOQ`, `좌측 유방 상외측`, `right breast, 10 o'clock`.
pub fn parse(text: &str) -> Reading<Location> {
    if super::text::is_blank(text) {
        return Reading::Empty;
    }
    match Laterality::parse(text) {
        Some(side) => Reading::Value(Location { side: Some(side), quadrant: None }),
        None => Reading::Unreadable("names neither a side nor a quadrant".to_owned()),
    }
}
