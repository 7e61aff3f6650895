//! A small CSV beside images: cells that a spreadsheet would run are defused.

use crate::results::{self, escape};

/// A CSV in the making.
pub(super) struct CsvDraft {
    text: String,
}

impl CsvDraft {
    /// With its header.
    pub fn new(columns: &[&str]) -> Self {
        let mut sheet = Self { text: String::new() };
        let cells: Vec<Option<&str>> = columns.iter().map(|name| Some(*name)).collect();
        sheet.line(&cells);
        sheet
    }

    /// Adds a row.
    pub fn row(&mut self, cells: &[Option<&str>]) {
        self.line(cells);
    }

    /// The whole.
    pub fn text(self) -> String {
        self.text
    }

    fn line(&mut self, cells: &[Option<&str>]) {
        for (index, cell) in cells.iter().enumerate() {
            if index > 0 {
                self.text.push(',');
            }
            match cell {
                None => {}
                Some(text) if escape::is_formula(text) => {
                    results::csv_field(&format!("'{text}"), &mut self.text);
                }
                Some(text) => results::csv_field(text, &mut self.text),
            }
        }
        self.text.push('\n');
    }
}
