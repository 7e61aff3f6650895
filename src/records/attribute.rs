//! Values of DICOM attributes in columns that `schema/tables` defines.

use chrono::NaiveDate;
use compact_str::CompactString;

/// One attribute's value, in the type of its column.
#[derive(Debug, Clone, PartialEq)]
pub enum AttributeValue {
    /// Absent, empty or not readable.
    Null,
    /// Text; most are short, and an image has fifty of them.
    Text(CompactString),
    /// A whole number.
    Integer(i64),
    /// A finite number.
    Number(f64),
    /// Yes or no.
    Flag(bool),
    /// A calendar day.
    Date(NaiveDate),
}
