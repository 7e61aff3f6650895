//! A table of a report: what the page shows and the JSON file holds.

use arrow::array::{Array, AsArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type, Int64Type};
use arrow::record_batch::RecordBatch;

use super::error::ReportError;

/// One cell.
#[derive(Debug, Clone, PartialEq)]
pub enum ReportCell {
    /// No value.
    Missing,
    /// A text.
    Text(String),
    /// A whole number.
    Whole(i64),
    /// A number.
    Real(f64),
    /// A number that is not shown: `<5`, or `x`.
    Withheld(String),
}

/// Rows and named columns.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ReportTable {
    /// Names of the columns.
    pub columns: Vec<String>,
    /// The rows.
    pub rows: Vec<Vec<ReportCell>>,
}

impl ReportTable {
    /// A table of the rows of batches.
    ///
    /// # Errors
    /// When a column is of a type without text.
    pub fn of_batches(columns: Vec<String>, batches: &[RecordBatch]) -> Result<Self, ReportError> {
        let mut rows = Vec::new();
        for batch in batches {
            let cells = batch.columns().iter().map(|column| read_column(column.as_ref()));
            let cells: Vec<Vec<ReportCell>> = cells.collect::<Result<_, _>>()?;
            for row in 0..batch.num_rows() {
                rows.push(cells.iter().map(|column| column[row].clone()).collect());
            }
        }
        Ok(Self { columns, rows })
    }

    /// The table of one batch.
    ///
    /// # Errors
    /// Those of [`ReportTable::of_batches`].
    pub fn of_batch(batch: &RecordBatch) -> Result<Self, ReportError> {
        let names = batch.schema().fields().iter().map(|field| field.name().clone()).collect();
        Self::of_batches(names, std::slice::from_ref(batch))
    }

    /// The columns of these names, in that order.
    #[must_use]
    pub fn selected(self, names: &[String]) -> Self {
        if names.is_empty() {
            return self;
        }
        let places: Vec<usize> = names
            .iter()
            .filter_map(|name| self.columns.iter().position(|column| column == name))
            .collect();
        let rows = self.rows.iter();
        Self {
            columns: places.iter().map(|place| self.columns[*place].clone()).collect(),
            rows: rows
                .map(|row| places.iter().map(|place| row[*place].clone()).collect())
                .collect(),
        }
    }

    /// Rows of row name, column name and count as a table of rows and columns, both in the order in which they
    /// come, columns without a name last; what is not there is 0.
    #[must_use]
    pub fn pivoted(self) -> Self {
        let mut rows: Vec<&ReportCell> = Vec::new();
        let mut columns: Vec<&ReportCell> = Vec::new();
        for row in &self.rows {
            if !rows.contains(&&row[0]) {
                rows.push(&row[0]);
            }
            if !columns.contains(&&row[1]) {
                columns.push(&row[1]);
            }
        }
        let whole = |cell: &&ReportCell| matches!(cell, ReportCell::Whole(_));
        if columns.iter().all(|cell| whole(cell) || **cell == ReportCell::Missing) {
            columns.sort_by_key(|cell| match cell {
                ReportCell::Whole(number) => *number,
                _ => i64::MAX,
            });
        }
        columns.sort_by_key(|cell| **cell == ReportCell::Missing);
        let name = |cell: &&ReportCell| match cell {
            ReportCell::Text(text) => text.clone(),
            ReportCell::Whole(number) => number.to_string(),
            ReportCell::Real(number) => number.to_string(),
            _ => "missing".to_owned(),
        };
        let cell = |row: &ReportCell, column: &ReportCell| {
            let cells = self.rows.iter().find(|cells| cells[0] == *row && cells[1] == *column);
            cells.map_or(ReportCell::Whole(0), |cells| cells[2].clone())
        };
        let row = |row: &&ReportCell| {
            let counts = columns.iter().map(|column| cell(row, column));
            std::iter::once((*row).clone()).chain(counts).collect()
        };
        Self {
            columns: self.columns.iter().take(1).cloned().chain(columns.iter().map(name)).collect(),
            rows: rows.iter().map(row).collect(),
        }
    }
}

fn read_column(column: &dyn Array) -> Result<Vec<ReportCell>, ReportError> {
    let kind = column.data_type();
    let is_whole = kind.is_integer() || matches!(kind, DataType::Decimal128(_, 0));
    if is_whole {
        let numbers = cast(column, &DataType::Int64)?;
        let numbers = numbers.as_primitive::<Int64Type>();
        return Ok(numbers
            .iter()
            .map(|n| n.map_or(ReportCell::Missing, ReportCell::Whole))
            .collect());
    }
    if kind.is_numeric() {
        let numbers = cast(column, &DataType::Float64)?;
        let numbers = numbers.as_primitive::<Float64Type>();
        return Ok(numbers
            .iter()
            .map(|n| n.map_or(ReportCell::Missing, ReportCell::Real))
            .collect());
    }
    let texts = cast(column, &DataType::Utf8)?;
    let texts = texts.as_string::<i32>();
    let cell = |text: Option<&str>| {
        text.map_or(ReportCell::Missing, |text| ReportCell::Text(text.to_owned()))
    };
    Ok(texts.iter().map(cell).collect())
}
