//! BI-RADS final assessment categories.

use super::reading::Reading;

/// A BI-RADS assessment: category 0 to 6, category 4 with its subdivision where given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Birads {
    /// 0 (incomplete) to 6 (known cancer).
    pub category: u8,
    /// `A`, `B` or `C` of category 4; a plain 4 has none, which is not 4A.
    pub sub: Option<char>,
}

impl Birads {
    /// Category and subdivision: `2`, `4A`.
    pub fn code(self) -> String {
        match self.sub {
            Some(sub) => format!("{}{sub}", self.category),
            None => self.category.to_string(),
        }
    }

    /// Place in the order of suspicion, 1 < 2 < 3 < 4 < 4A < 4B < 4C < 5 < 6. Absent for 0: an
    /// incomplete assessment is neither better nor worse than another.
    pub fn rank(self) -> Option<u8> {
        match (self.category, self.sub) {
            (0, _) => None,
            (4, Some(sub)) => {
                Some(5 + (sub.to_ascii_uppercase() as u8).saturating_sub(b'A').min(2))
            }
            (category @ 1..=4, _) => Some(category),
            (category, _) => Some(category.saturating_add(3)),
        }
    }
}

/// The most suspicious of several; 0 only when nothing else is given, absent when nothing is.
pub fn worst(all: impl IntoIterator<Item = Birads>) -> Option<Birads> {
    all.into_iter().max_by_key(|birads| birads.rank())
}

/// Reads a cell: `4A`, `C4a`, `Category 4A`, `BI-RADS 4a`, `범주 4`, `4.0` …
pub fn parse(text: &str) -> Reading<Birads> {
    if super::text::is_blank(text) {
        return Reading::Empty;
    }
    match super::text::key(text).strip_suffix('0').unwrap_or("").parse() {
        Ok(category @ 0..=6) => Reading::Value(Birads { category, sub: None }),
        _ => Reading::Unreadable("not a BI-RADS category".to_owned()),
    }
}

/// Reads the letter that the EMBED data set writes for a category: A N B P S M K for 0 to 6.
pub fn from_embed(text: &str) -> Option<Birads> {
    let text = super::text::fold(text).to_ascii_uppercase();
    let mut letters = text.chars();
    let (letter, None) = (letters.next()?, letters.next()) else { return None };
    let category = u8::try_from("ANBPSMK".find(letter)?).ok()?;
    Some(Birads { category, sub: None })
}
