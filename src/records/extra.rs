//! Cells of clinical columns that only a profile names: the rows of `patients_extra`.

use std::collections::HashMap;
use std::sync::LazyLock;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::text;
use super::vocabulary::{field, rows};

/// The type of such a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExtraType {
    /// Any text.
    Text,
    /// A number with a decimal point.
    Number,
    /// A day, the year first.
    Date,
    /// Yes or no, in the words of `schema/vocabulary/yes_no.csv`.
    YesNo,
}

impl ExtraType {
    /// Its name in a profile.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Date => "date",
            Self::YesNo => "yes_no",
        }
    }
}

/// A filled cell of such a column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExtraCell {
    /// The name of the column in the profile.
    pub name: String,
    /// The header as written.
    pub header: String,
    /// Sheet and cell: `Sheet1!F7`.
    pub place: String,
    /// The file.
    pub file: String,
    /// The text of the cell, without what identifies a person.
    pub raw: String,
    /// The value, where the column has numbers and the cell is one.
    pub number: Option<f64>,
    /// The value, where the column has days and the cell is one, as `YYYY-MM-DD`.
    pub date: Option<String>,
    /// The value, where the column has yes and no and the cell is one of them.
    pub flag: Option<bool>,
}

/// A cell of such a column and its case: a row of `patients_extra`.
#[derive(Debug, Clone, Copy)]
pub struct ExtraValue<'a> {
    /// The case.
    pub case_id: &'a str,
    /// The cell.
    pub cell: &'a ExtraCell,
}

impl ExtraCell {
    /// Reads the raw text as a value of that type; false when it is not one.
    pub fn read(&mut self, kind: ExtraType) -> bool {
        let plain = text::plain(&self.raw);
        match kind {
            ExtraType::Text => return true,
            ExtraType::Number => self.number = plain.parse().ok().filter(|n: &f64| n.is_finite()),
            ExtraType::Date => self.date = day(&plain).map(|day| day.to_string()),
            ExtraType::YesNo => self.flag = yes_or_no(&plain),
        }
        self.number.is_some() || self.date.is_some() || self.flag.is_some()
    }
}

/// Whether a text is a word of yes and no, also one that elsewhere stands for a blank cell.
pub fn yes_or_no(text: &str) -> Option<bool> {
    static WORDS: LazyLock<HashMap<String, bool>> = LazyLock::new(|| {
        rows("yes_no")
            .iter()
            .map(|row| (text::plain(field(row, 0)), field(row, 1) == "yes"))
            .collect()
    });
    WORDS.get(&text::plain(text)).copied()
}

/// A day with its year first: `2019-03-04`, `2019.3.4`, `20190304`, `2019년 3월 4일`; a time behind it is
/// dropped.
fn day(plain: &str) -> Option<NaiveDate> {
    let first = plain.split([' ', 't']).next()?;
    let korean = plain.replace(['년', '월'], "-").replace([' ', '일'], "");
    let joined = |text: &str| text.trim_end_matches(['.', '-']).replace(['.', '/'], "-");
    let forms = [(joined(first), "%Y-%m-%d"), (joined(first), "%Y%m%d"), (korean, "%Y-%m-%d")];
    forms.into_iter().find_map(|(text, form)| NaiveDate::parse_from_str(&text, form).ok())
}
