//! The cells of one column of a batch, as text and as JSON.

use std::fmt::Write as _;

use arrow::array::{
    Array, ArrayRef, AsArray, BinaryArray, BooleanArray, Date32Array, Decimal128Array,
    Float32Array, Float64Array, Int64Array, IntervalMonthDayNanoArray, ListArray, MapArray,
    StringArray, StructArray, UInt64Array, UnionArray,
};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, IntervalUnit, TimeUnit};
use arrow::error::ArrowError;
use arrow::record_batch::RecordBatch;
use arrow::util::display::{ArrayFormatter, FormatOptions};

use super::moment;

/// A column whose type is looked up once per batch, not once per cell.
pub enum CellReader {
    /// Every cell is NULL.
    Null,
    /// True or false.
    Bool(BooleanArray),
    /// Signed integers, and unsigned ones up to 32 bits.
    Int(Int64Array),
    /// Unsigned integers of 64 bits.
    Unsigned(UInt64Array),
    /// Numbers of single precision, which print shorter than double ones.
    Single(Float32Array),
    /// Numbers of double precision.
    Double(Float64Array),
    /// Decimals, and integers of 128 bits.
    Decimal(Decimal128Array),
    /// Text; also UUIDs and enumerations.
    Text(StringArray),
    /// Text that is JSON.
    Json(StringArray),
    /// Bytes.
    Binary(BinaryArray),
    /// Days.
    Date(Date32Array),
    /// Microseconds since midnight.
    Time(Int64Array),
    /// Moments in a unit, with or without a zone.
    Moment(Int64Array, TimeUnit, bool),
    /// Months, days and nanoseconds.
    Interval(IntervalMonthDayNanoArray),
    /// Lists.
    List(ListArray, Box<CellReader>),
    /// Structs: the name and the cells of each field.
    Struct(StructArray, Vec<(String, CellReader)>),
    /// Maps: keys and values.
    Map(MapArray, Box<CellReader>, Box<CellReader>),
    /// Unions: the cells of each member, by type id.
    Union(UnionArray, Vec<(i8, CellReader)>),
    /// Whatever else Arrow can print.
    Other(ArrayRef),
}

impl CellReader {
    /// Looks the type up.
    ///
    /// # Errors
    /// When Arrow cannot bring the column to one of the shapes above.
    pub fn new(array: &ArrayRef, field: &Field) -> Result<Self, ArrowError> {
        let to = |kind: &DataType| cast(array, kind);
        Ok(match array.data_type() {
            DataType::Null => Self::Null,
            DataType::Boolean => Self::Bool(array.as_boolean().clone()),
            DataType::Int8
            | DataType::Int16
            | DataType::Int32
            | DataType::Int64
            | DataType::UInt8
            | DataType::UInt16
            | DataType::UInt32 => Self::Int(to(&DataType::Int64)?.as_primitive().clone()),
            DataType::UInt64 => Self::Unsigned(array.as_primitive().clone()),
            DataType::Float32 => Self::Single(array.as_primitive().clone()),
            DataType::Float16 | DataType::Float64 => {
                Self::Double(to(&DataType::Float64)?.as_primitive().clone())
            }
            DataType::Decimal32(width, scale) | DataType::Decimal64(width, scale) => {
                Self::Decimal(to(&DataType::Decimal128(*width, *scale))?.as_primitive().clone())
            }
            DataType::Decimal128(..) => Self::Decimal(array.as_primitive().clone()),
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => {
                text(to(&DataType::Utf8)?.as_string().clone(), field)
            }
            DataType::Dictionary(_, kind) => Self::new(&to(kind)?, field)?,
            DataType::Binary
            | DataType::LargeBinary
            | DataType::BinaryView
            | DataType::FixedSizeBinary(_) => {
                Self::Binary(to(&DataType::Binary)?.as_binary().clone())
            }
            DataType::Date32 => Self::Date(array.as_primitive().clone()),
            DataType::Time32(_) | DataType::Time64(_) => {
                let micros = to(&DataType::Time64(TimeUnit::Microsecond))?;
                Self::Time(cast(&micros, &DataType::Int64)?.as_primitive().clone())
            }
            DataType::Timestamp(unit, zone) => {
                let values = to(&DataType::Int64)?.as_primitive().clone();
                Self::Moment(values, *unit, zone.is_some())
            }
            DataType::Interval(IntervalUnit::MonthDayNano) => {
                Self::Interval(array.as_primitive().clone())
            }
            _ => Self::nested(array)?,
        })
    }

    fn nested(array: &ArrayRef) -> Result<Self, ArrowError> {
        Ok(match array.data_type() {
            DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _) => {
                let list = cast(array, &DataType::List(item.clone()))?.as_list::<i32>().clone();
                let items = Self::new(list.values(), item)?;
                Self::List(list, Box::new(items))
            }
            DataType::Struct(fields) => {
                let row = array.as_struct();
                let cells = fields
                    .iter()
                    .zip(row.columns())
                    .map(|(field, column)| Ok((field.name().clone(), Self::new(column, field)?)));
                let cells = cells.collect::<Result<_, ArrowError>>()?;
                Self::Struct(row.clone(), cells)
            }
            DataType::Map(..) => {
                let map = array.as_map();
                let [key, value] = [0, 1].map(|i| map.entries().fields()[i].clone());
                let keys = Self::new(map.keys(), &key)?;
                let values = Self::new(map.values(), &value)?;
                Self::Map(map.clone(), Box::new(keys), Box::new(values))
            }
            DataType::Union(fields, _) => {
                let union = array.as_union();
                let cells =
                    fields.iter().map(|(id, field)| Ok((id, Self::new(union.child(id), field)?)));
                let cells = cells.collect::<Result<_, ArrowError>>()?;
                Self::Union(union.clone(), cells)
            }
            _ => Self::Other(array.clone()),
        })
    }

    /// Whether the cell is NULL.
    pub fn is_null(&self, row: usize) -> bool {
        match self {
            Self::Null => true,
            Self::Bool(a) => a.is_null(row),
            Self::Int(a) | Self::Time(a) | Self::Moment(a, ..) => a.is_null(row),
            Self::Unsigned(a) => a.is_null(row),
            Self::Single(a) => a.is_null(row),
            Self::Double(a) => a.is_null(row),
            Self::Decimal(a) => a.is_null(row),
            Self::Text(a) | Self::Json(a) => a.is_null(row),
            Self::Binary(a) => a.is_null(row),
            Self::Date(a) => a.is_null(row),
            Self::Interval(a) => a.is_null(row),
            Self::List(a, _) => a.is_null(row),
            Self::Struct(a, _) => a.is_null(row),
            Self::Map(a, ..) => a.is_null(row),
            Self::Union(a, members) => {
                member(a, members, row).is_none_or(|(cells, at)| cells.is_null(at))
            }
            Self::Other(a) => a.is_null(row),
        }
    }

    /// Whether the cells are numbers: such columns are aligned to the right, and spreadsheets never run
    /// them as formulas.
    pub fn is_number(&self) -> bool {
        matches!(
            self,
            Self::Int(_) | Self::Unsigned(_) | Self::Single(_) | Self::Double(_) | Self::Decimal(_)
        )
    }

    /// Whether the cells are floating-point numbers.
    pub fn is_float(&self) -> bool {
        matches!(self, Self::Single(_) | Self::Double(_))
    }

    /// Adds the cell as DuckDB would cast it to text; nothing for NULL.
    pub fn text(&self, row: usize, out: &mut String) {
        if self.is_null(row) {
            return;
        }
        match self {
            Self::Text(a) | Self::Json(a) => out.push_str(a.value(row)),
            Self::Double(a) => put(out, format_args!("{:?}", a.value(row))),
            Self::Single(a) => put(out, format_args!("{:?}", a.value(row))),
            Self::Binary(a) => bytes(a.value(row), out),
            Self::List(a, items) => {
                sequence(out, ['[', ']'], range(a.value_offsets(), row), |at, out| {
                    items.part(at, out);
                });
            }
            Self::Struct(_, fields) => {
                sequence(out, ['{', '}'], 0..fields.len(), |at, out| {
                    let (name, cells) = &fields[at];
                    put(out, format_args!("'{}': ", name.replace('\'', "''")));
                    cells.part(row, out);
                });
            }
            Self::Map(a, keys, values) => {
                sequence(out, ['{', '}'], range(a.value_offsets(), row), |at, out| {
                    keys.part(at, out);
                    out.push('=');
                    values.part(at, out);
                });
            }
            Self::Union(a, members) => {
                if let Some((cells, at)) = member(a, members, row) {
                    cells.text(at, out);
                }
            }
            _ => self.plain(row, out),
        }
    }

    /// Types that read the same in text and in JSON, but for the quotes.
    fn plain(&self, row: usize, out: &mut String) {
        match self {
            Self::Bool(a) => put(out, format_args!("{}", a.value(row))),
            Self::Int(a) => put(out, format_args!("{}", a.value(row))),
            Self::Unsigned(a) => put(out, format_args!("{}", a.value(row))),
            // Integers of 128 bits come as decimals of 38 digits, and may have one more.
            Self::Decimal(a) if a.scale() == 0 => put(out, format_args!("{}", a.value(row))),
            Self::Decimal(a) => out.push_str(&a.value_as_string(row)),
            Self::Date(a) => moment::date(a.value(row), out),
            Self::Time(a) => moment::time(a.value(row), out),
            Self::Moment(a, unit, zoned) => moment::moment(a.value(row), *unit, *zoned, out),
            Self::Interval(a) => moment::interval(a.value(row), out),
            Self::Other(a) => {
                let format = ArrayFormatter::try_new(a.as_ref(), &FormatOptions::default());
                if let Ok(format) = format {
                    put(out, format_args!("{}", format.value(row)));
                }
            }
            _ => {}
        }
    }

    /// A cell within a list, struct or map: text that could be misread is quoted.
    fn part(&self, row: usize, out: &mut String) {
        if self.is_null(row) {
            out.push_str("NULL");
            return;
        }
        let start = out.len();
        self.text(row, out);
        let written = &out[start..];
        let doubtful = matches!(self, Self::Text(_) | Self::Json(_))
            && (written.is_empty()
                || written.eq_ignore_ascii_case("null")
                || written.trim() != written
                || written
                    .contains(['\'', '"', ',', '[', ']', '{', '}', '(', ')', '=', ':', '\\']));
        if doubtful {
            let quoted = written.replace('\\', "\\\\").replace('\'', "\\'");
            out.truncate(start);
            put(out, format_args!("'{quoted}'"));
        }
    }

    /// Adds the cell as JSON; numbers keep every digit, a number that JSON cannot say is null.
    pub fn json(&self, row: usize, out: &mut String) {
        if self.is_null(row) {
            out.push_str("null");
            return;
        }
        match self {
            Self::Bool(_) | Self::Int(_) | Self::Unsigned(_) | Self::Decimal(_) => {
                self.plain(row, out);
            }
            Self::Double(a) if !a.value(row).is_finite() => out.push_str("null"),
            Self::Single(a) if !a.value(row).is_finite() => out.push_str("null"),
            Self::Double(_) | Self::Single(_) => self.text(row, out),
            Self::Text(a) => quote(a.value(row), out),
            Self::Json(a) => {
                let text = a.value(row);
                match serde_json::from_str::<serde::de::IgnoredAny>(text) {
                    Ok(_) => out.push_str(text.trim()),
                    Err(_) => quote(text, out),
                }
            }
            Self::List(a, items) => {
                joined(out, ['[', ']'], range(a.value_offsets(), row), |at, out| {
                    items.json(at, out);
                });
            }
            Self::Struct(_, fields) => joined(out, ['{', '}'], 0..fields.len(), |at, out| {
                let (name, cells) = &fields[at];
                quote(name, out);
                out.push(':');
                cells.json(row, out);
            }),
            Self::Map(a, keys, values) => {
                joined(out, ['{', '}'], range(a.value_offsets(), row), |at, out| {
                    let mut key = String::new();
                    keys.text(at, &mut key);
                    quote(&key, out);
                    out.push(':');
                    values.json(at, out);
                });
            }
            Self::Union(a, members) => {
                if let Some((cells, at)) = member(a, members, row) {
                    cells.json(at, out);
                }
            }
            _ => {
                let mut text = String::new();
                self.text(row, &mut text);
                quote(&text, out);
            }
        }
    }
}

fn text(array: StringArray, field: &Field) -> CellReader {
    match field.metadata().get("ARROW:extension:name").map(String::as_str) {
        Some("arrow.json") => CellReader::Json(array),
        _ => CellReader::Text(array),
    }
}

fn member<'a>(
    union: &UnionArray,
    members: &'a [(i8, CellReader)],
    row: usize,
) -> Option<(&'a CellReader, usize)> {
    let id = union.type_id(row);
    let (_, cells) = members.iter().find(|(member, _)| *member == id)?;
    Some((cells, union.value_offset(row)))
}

fn range(offsets: &[i32], row: usize) -> std::ops::Range<usize> {
    let place = |at: usize| offsets.get(at).and_then(|o| usize::try_from(*o).ok()).unwrap_or(0);
    place(row)..place(row + 1)
}

fn sequence(
    out: &mut String,
    around: [char; 2],
    items: std::ops::Range<usize>,
    mut item: impl FnMut(usize, &mut String),
) {
    enclose(out, around, ", ", items, &mut item);
}

fn joined(
    out: &mut String,
    around: [char; 2],
    items: std::ops::Range<usize>,
    mut item: impl FnMut(usize, &mut String),
) {
    enclose(out, around, ",", items, &mut item);
}

fn enclose(
    out: &mut String,
    [open, close]: [char; 2],
    between: &str,
    items: std::ops::Range<usize>,
    item: &mut dyn FnMut(usize, &mut String),
) {
    out.push(open);
    let first = items.start;
    for index in items {
        if index > first {
            out.push_str(between);
        }
        item(index, out);
    }
    out.push(close);
}

fn put(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = out.write_fmt(text);
}

/// Bytes as DuckDB casts them: printable ASCII as it is, the rest as `\xAB`.
fn bytes(value: &[u8], out: &mut String) {
    for byte in value {
        match byte {
            b' '..=b'~' if !matches!(byte, b'\\' | b'\'' | b'"') => out.push(char::from(*byte)),
            _ => put(out, format_args!("\\x{byte:02X}")),
        }
    }
}

/// A JSON string.
pub fn quote(text: &str, out: &mut String) {
    out.push('"');
    let mut plain = 0;
    for (index, byte) in text.bytes().enumerate() {
        let escaped = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            0..0x20 | 0x7f => "",
            _ => continue,
        };
        out.push_str(&text[plain..index]);
        if escaped.is_empty() {
            put(out, format_args!("\\u{byte:04x}"));
        } else {
            out.push_str(escaped);
        }
        plain = index + 1;
    }
    out.push_str(&text[plain..]);
    out.push('"');
}

/// A reader for each column of a batch.
pub(super) fn read_cells(batch: &RecordBatch) -> Result<Vec<CellReader>, ArrowError> {
    let schema = batch.schema_ref();
    batch
        .columns()
        .iter()
        .zip(schema.fields())
        .map(|(array, field)| CellReader::new(array, field))
        .collect()
}
