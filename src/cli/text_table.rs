//! A table of texts, printed like a query's result.

use std::fmt;
use std::sync::Arc;

use arrow::array::{ArrayRef, StringArray};
use arrow::record_batch::RecordBatch;

use super::fit::fit;
use super::localized_rows::localized_rows;
use crate::results::{self, CellFit, ResultFormat, TableFit};
use crate::shell::{DisplayOptions, RowLimit};

/// A table of texts.
pub struct TextTable {
    header: Vec<&'static str>,
    columns: Vec<Vec<String>>,
}

impl TextTable {
    /// A table without rows.
    pub fn new(header: &[&'static str]) -> Self {
        Self { header: header.to_vec(), columns: vec![Vec::new(); header.len()] }
    }

    /// Adds a row with a cell for every column.
    pub fn add_row(&mut self, cells: &[&str]) {
        for (column, cell) in self.columns.iter_mut().zip(cells) {
            column.push((*cell).to_owned());
        }
    }

    fn text(&self) -> Result<String, Box<dyn std::error::Error>> {
        let column = |texts: &Vec<String>| -> ArrayRef {
            Arc::new(texts.iter().map(|text| Some(text.as_str())).collect::<StringArray>())
        };
        let columns = self.header.iter().copied().zip(self.columns.iter().map(column));
        let batch = RecordBatch::try_from_iter(columns)?;
        let batch = localized_rows(&batch)?;
        let cells = CellFit::Wrapped;
        let look = DisplayOptions { rows: RowLimit::All, cells, ..DisplayOptions::default() };
        let on_terminal = std::io::IsTerminal::is_terminal(&std::io::stdout());
        let fit = TableFit { folded: true, kinds: false, ..fit(&look, on_terminal) };
        let mut text = Vec::new();
        results::write_batch(&batch, results::sink(ResultFormat::Table, fit).as_mut(), &mut text)?;
        Ok(String::from_utf8(text)?)
    }
}

impl fmt::Display for TextTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Text columns of one length always make a table.
        f.write_str(&self.text().unwrap_or_default())
    }
}
