//! The value of a cell as a workbook has it.

use std::borrow::Cow;

use arrow::datatypes::TimeUnit;

use super::cell::CellReader;

/// The decimal digits that every number of Excel keeps ("Excel specifications and limits").
const EXACT_DIGITS: usize = 15;
/// Days from 1899-12-30, which the serial numbers of Excel count from, to 1970-01-01.
const EPOCH: i32 = 25_569;
/// 1900-03-01 as a serial number: Excel has a 1900-02-29 before it, and no day before 1900.
const FIRST_DAY: i32 = 61;
/// 9999-12-31 as a serial number.
const LAST_DAY: i32 = 2_958_465;
const DAY_MILLIS: i64 = 86_400_000;

/// The value of a cell.
#[derive(Debug, PartialEq)]
pub(super) enum WorkbookValue<'a> {
    /// Null, or a text without characters, which are the same to Excel.
    Empty,
    /// True or false.
    Bool(bool),
    /// A number that Excel keeps to the last digit; it stores doubles.
    Number(f64),
    /// A day as a serial number.
    Date(f64),
    /// A moment without a zone as a serial number.
    Moment(f64),
    /// A time of day as a share of the day.
    Time(f64),
    /// Everything else: texts, lists, numbers of more than 15 digits, days before March 1900, moments with a
    /// zone, times finer than a millisecond.
    Text(Cow<'a, str>),
}

impl<'a> WorkbookValue<'a> {
    /// The value of one cell of a column.
    pub(super) fn of(cells: &'a CellReader, row: usize) -> Self {
        if cells.is_null(row) {
            return Self::Empty;
        }
        let value = match cells {
            CellReader::Text(texts) | CellReader::Json(texts) => {
                return Self::text(Cow::Borrowed(texts.value(row)));
            }
            CellReader::Bool(values) => Some(Self::Bool(values.value(row))),
            CellReader::Date(days) => serial_day(days.value(row).into()).map(Self::Date),
            CellReader::Time(micros) => fraction(micros.value(row)).map(Self::Time),
            CellReader::Moment(moments, unit, false) => {
                serial_moment(moments.value(row), *unit).map(Self::Moment)
            }
            _ => None,
        };
        value.unwrap_or_else(|| {
            let mut text = String::new();
            cells.text(row, &mut text);
            let has_few_digits = || cells.is_float() || digits(&text) <= EXACT_DIGITS;
            let is_exact = cells.is_number() && has_few_digits();
            match text.parse::<f64>().ok().filter(|number| is_exact && number.is_finite()) {
                Some(number) => Self::Number(number),
                None => Self::text(Cow::Owned(text)),
            }
        })
    }

    fn text(text: Cow<'a, str>) -> Self {
        if text.is_empty() { Self::Empty } else { Self::Text(text) }
    }
}

/// The digits of a whole or decimal number, without zeros before the first other one.
fn digits(text: &str) -> usize {
    let zeros = |c: &char| !matches!(c, '1'..='9');
    text.chars().skip_while(zeros).filter(char::is_ascii_digit).count()
}

fn serial_day(days: i64) -> Option<f64> {
    let serial = i32::try_from(days + i64::from(EPOCH)).ok()?;
    (FIRST_DAY..=LAST_DAY).contains(&serial).then(|| f64::from(serial))
}

fn serial_moment(value: i64, unit: TimeUnit) -> Option<f64> {
    let millis = match unit {
        TimeUnit::Second => value.checked_mul(1000)?,
        TimeUnit::Millisecond => value,
        TimeUnit::Microsecond => whole(value, 1000)?,
        TimeUnit::Nanosecond => whole(value, 1_000_000)?,
    };
    let day = serial_day(millis.div_euclid(DAY_MILLIS))?;
    Some(day + share(millis.rem_euclid(DAY_MILLIS)))
}

/// A time of day in microseconds as a share of the day.
fn fraction(micros: i64) -> Option<f64> {
    whole(micros, 1000).filter(|millis| (0..DAY_MILLIS).contains(millis)).map(share)
}

fn whole(value: i64, part: i64) -> Option<i64> {
    (value % part == 0).then_some(value / part)
}

/// Milliseconds, fewer than a day has, as a share of the day.
#[allow(clippy::cast_precision_loss)]
fn share(millis: i64) -> f64 {
    millis as f64 / DAY_MILLIS as f64
}
