//! The side of a breast.

use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::text;
use super::vocabulary::{field, rows};

/// Left, right or both, as DICOM's Image Laterality (0020,0062) codes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Laterality {
    /// Left.
    L,
    /// Right.
    R,
    /// Both.
    B,
}

impl Laterality {
    /// All three.
    pub const ALL: [Self; 3] = [Self::L, Self::R, Self::B];

    /// The letter that tables carry.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::L => "L",
            Self::R => "R",
            Self::B => "B",
        }
    }

    /// Reads a side in any spelling of `schema/vocabulary/laterality.csv`. The whole text must
    /// match: `lateral` is not a side although it contains `r`.
    pub fn parse(text: &str) -> Option<Self> {
        // What headers write, a hundred thousand times over.
        if let Some(letter) = Self::ALL.into_iter().find(|side| side.as_str() == text) {
            return Some(letter);
        }
        static SPELLINGS: LazyLock<HashMap<String, Laterality>> = LazyLock::new(|| {
            let read = |row| {
                let known = Laterality::ALL.into_iter().find(|l| l.as_str() == field(row, 1))?;
                Some((text::key(field(row, 0)), known))
            };
            rows("laterality").iter().filter_map(read).collect()
        });
        SPELLINGS.get(&text::key(text)).copied()
    }

    /// The one side that a Body Part Examined (0018,0015) names together with the breast, such as
    /// `LBREAST`; absent for a side alone, and for both.
    pub fn of_body_part(text: &str) -> Option<Self> {
        let side = Self::parse(text).filter(|side| *side != Self::B)?;
        let names_breast = rows("laterality")
            .iter()
            .any(|row| field(row, 2) == "breast" && text::key(field(row, 0)) == text::key(text));
        names_breast.then_some(side)
    }
}

impl fmt::Display for Laterality {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
