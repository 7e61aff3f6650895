//! Small results as Rust values: `catalog.rows::<(String, Option<u64>)>(sql)`.
//!
//! A cell that does not fit its type is an error that names the column and the statement; it never
//! becomes 0 or an empty text.

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Float64Array, Int32Array, Int64Array, StringArray,
    UInt64Array,
};
use arrow::compute::{CastOptions, cast, cast_with_options};
use arrow::datatypes::{DataType, FieldRef};
use arrow::record_batch::RecordBatch;

use crate::text::counted;

/// A result has another type than requested: the column, and what was expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RowError {
    /// The result has another number of columns.
    #[error("the result has {}, expected {expected}", counted(*found as u64, "column"))]
    Width {
        /// Columns of the result.
        found: usize,
        /// Columns of the type.
        expected: usize,
    },
    /// The column holds values of another type.
    #[error("column {column} is {found}, expected {expected}")]
    Type {
        /// The column.
        column: String,
        /// Its Arrow type.
        found: String,
        /// What was expected, in words.
        expected: &'static str,
    },
    /// A cell holds a value that the type cannot take: a negative count, or a number too large.
    #[error("a value of column {column} is not {expected}: {reason}")]
    Value {
        /// The column.
        column: String,
        /// What was expected, in words.
        expected: &'static str,
        /// What the conversion reported.
        reason: String,
    },
    /// A cell is NULL and its type is not an `Option`.
    #[error("column {column} is NULL in row {row}")]
    Null {
        /// The column.
        column: String,
        /// The row, counted from 1.
        row: usize,
    },
    /// One row was expected.
    #[error("the result has {}, expected one", counted(*.0 as u64, "row"))]
    Count(usize),
}

/// A Rust type that a cell can be read as.
pub trait FromCell: Sized {
    /// What it is, in words: `text`.
    const EXPECTED: &'static str;
    /// The Arrow array that its values are read from.
    type Cells: Array + Clone + 'static;
    /// The type of that array.
    const ARROW: DataType;
    /// Whether columns of that type are read as this one; each value must fit as well.
    fn accepts(kind: &DataType) -> bool;
    /// The value of a row that is not NULL.
    fn value(cells: &Self::Cells, row: usize) -> Self;
}

/// DuckDB's sum of integers is a HUGEINT, a decimal without places to Arrow.
fn is_whole(kind: &DataType) -> bool {
    kind.is_integer() || matches!(kind, DataType::Decimal128(_, 0))
}

fn is_text(kind: &DataType) -> bool {
    match kind {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Dictionary(_, values) => is_text(values),
        _ => false,
    }
}

impl FromCell for String {
    const EXPECTED: &'static str = "text";
    type Cells = StringArray;
    const ARROW: DataType = DataType::Utf8;
    fn accepts(kind: &DataType) -> bool {
        is_text(kind)
    }
    fn value(cells: &StringArray, row: usize) -> Self {
        cells.value(row).to_owned()
    }
}

impl FromCell for u64 {
    const EXPECTED: &'static str = "a whole number from 0";
    type Cells = UInt64Array;
    const ARROW: DataType = DataType::UInt64;
    fn accepts(kind: &DataType) -> bool {
        is_whole(kind)
    }
    fn value(cells: &UInt64Array, row: usize) -> Self {
        cells.value(row)
    }
}

impl FromCell for i32 {
    const EXPECTED: &'static str = "a whole number of 32 bits";
    type Cells = Int32Array;
    const ARROW: DataType = DataType::Int32;
    fn accepts(kind: &DataType) -> bool {
        is_whole(kind)
    }
    fn value(cells: &Int32Array, row: usize) -> Self {
        cells.value(row)
    }
}

impl FromCell for i64 {
    const EXPECTED: &'static str = "a whole number";
    type Cells = Int64Array;
    const ARROW: DataType = DataType::Int64;
    fn accepts(kind: &DataType) -> bool {
        is_whole(kind)
    }
    fn value(cells: &Int64Array, row: usize) -> Self {
        cells.value(row)
    }
}

impl FromCell for f64 {
    const EXPECTED: &'static str = "a number";
    type Cells = Float64Array;
    const ARROW: DataType = DataType::Float64;
    fn accepts(kind: &DataType) -> bool {
        kind.is_numeric()
    }
    fn value(cells: &Float64Array, row: usize) -> Self {
        cells.value(row)
    }
}

impl FromCell for bool {
    const EXPECTED: &'static str = "true or false";
    type Cells = BooleanArray;
    const ARROW: DataType = DataType::Boolean;
    fn accepts(kind: &DataType) -> bool {
        *kind == DataType::Boolean
    }
    fn value(cells: &BooleanArray, row: usize) -> Self {
        cells.value(row)
    }
}

/// One column of a batch, read as values of one type.
pub struct ColumnCells<A> {
    name: String,
    cells: A,
}

fn open<T: FromCell>(name: &str, array: &ArrayRef) -> Result<ColumnCells<T::Cells>, RowError> {
    let wrong = || RowError::Type {
        column: name.to_owned(),
        found: array.data_type().to_string(),
        expected: T::EXPECTED,
    };
    if !T::accepts(array.data_type()) {
        return Err(wrong());
    }
    let strict = CastOptions { safe: false, ..CastOptions::default() };
    let cells = cast_with_options(array, &T::ARROW, &strict).map_err(|error| RowError::Value {
        column: name.to_owned(),
        expected: T::EXPECTED,
        reason: error.to_string(),
    })?;
    let cells = cells.as_any().downcast_ref::<T::Cells>().cloned().ok_or_else(wrong)?;
    Ok(ColumnCells { name: name.to_owned(), cells })
}

/// A type that one column of a result can be read as: a [`FromCell`], or an `Option` of one where
/// the column may be NULL.
pub trait FromColumn: Sized {
    /// The column, ready to be read.
    type Cells;
    /// Prepares the column of a batch.
    ///
    /// # Errors
    /// When it is of another type, or holds a value that does not fit.
    fn open(name: &str, array: &ArrayRef) -> Result<Self::Cells, RowError>;
    /// The value of a row, counted from 0 in the batch.
    ///
    /// # Errors
    /// When it is NULL and must not be.
    fn read(cells: &Self::Cells, row: usize) -> Result<Self, RowError>;
}

impl<T: FromCell> FromColumn for T {
    type Cells = ColumnCells<T::Cells>;

    fn open(name: &str, array: &ArrayRef) -> Result<Self::Cells, RowError> {
        open::<T>(name, array)
    }

    fn read(column: &Self::Cells, row: usize) -> Result<Self, RowError> {
        if column.cells.is_null(row) {
            return Err(RowError::Null { column: column.name.clone(), row: row + 1 });
        }
        Ok(T::value(&column.cells, row))
    }
}

impl<T: FromCell> FromColumn for Option<T> {
    type Cells = ColumnCells<T::Cells>;

    fn open(name: &str, array: &ArrayRef) -> Result<Self::Cells, RowError> {
        open::<T>(name, array)
    }

    fn read(column: &Self::Cells, row: usize) -> Result<Self, RowError> {
        Ok(column.cells.is_valid(row).then(|| T::value(&column.cells, row)))
    }
}

/// A type that the rows of a result can be read as: a tuple of column types, or `Vec<Option<String>>`
/// for results whose columns are not known beforehand.
pub trait FromRow: Sized {
    /// Reads all rows of a batch; of one without rows, checks the columns.
    ///
    /// # Errors
    /// When a column does not fit.
    fn read(batch: &RecordBatch, into: &mut Vec<Self>) -> Result<(), RowError>;
}

macro_rules! tuples {
    ($($name:ident $place:tt),+) => {
        impl<$($name: FromColumn),+> FromRow for ($($name,)+) {
            fn read(batch: &RecordBatch, into: &mut Vec<Self>) -> Result<(), RowError> {
                const WIDTH: usize = [$($place),+].len();
                let width = batch.num_columns();
                if width != WIDTH {
                    return Err(RowError::Width { found: width, expected: WIDTH });
                }
                let schema = batch.schema_ref();
                let columns = ($($name::open(schema.field($place).name(), batch.column($place))?,)+);
                into.reserve(batch.num_rows());
                for row in 0..batch.num_rows() {
                    into.push(($($name::read(&columns.$place, row)?,)+));
                }
                Ok(())
            }
        }
    };
}

tuples!(A 0);
tuples!(A 0, B 1);
tuples!(A 0, B 1, C 2);
tuples!(A 0, B 1, C 2, D 3);
tuples!(A 0, B 1, C 2, D 3, E 4);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5, G 6);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8);

impl FromRow for Vec<Option<String>> {
    fn read(batch: &RecordBatch, into: &mut Vec<Self>) -> Result<(), RowError> {
        let text = |(array, field): (&ArrayRef, &FieldRef)| {
            let cells = cast(array, &DataType::Utf8).map_err(|error| RowError::Value {
                column: field.name().clone(),
                expected: String::EXPECTED,
                reason: error.to_string(),
            })?;
            Ok(cells.as_string::<i32>().clone())
        };
        let fields = batch.schema_ref().fields();
        let columns = batch.columns().iter().zip(fields).map(text);
        let columns = columns.collect::<Result<Vec<_>, RowError>>()?;
        let cell = |cells: &StringArray, row| cells.is_valid(row).then(|| cells.value(row).into());
        for row in 0..batch.num_rows() {
            into.push(columns.iter().map(|cells| cell(cells, row)).collect());
        }
        Ok(())
    }
}
