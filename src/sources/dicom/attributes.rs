//! Attributes that a table's description names, taken from the header unchanged.

use std::ops::RangeInclusive;

use dicom_core::dictionary::{DataDictionary, DataDictionaryEntry, VirtualVr};
use dicom_core::{Tag, VR};
use dicom_dictionary_std::StandardDataDictionary;

use super::element::format_tag;
use super::header::{self, DicomHeader};
use super::wanted::RULES;
use crate::records::attribute::AttributeValue;
use crate::records::issue::{Issue, IssueCode};
use crate::records::vendor::{self, DeviceCorrection};

/// The form of a column's cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellForm {
    /// Text, several values separated by a backslash.
    Text,
    /// The first value as a whole number; of an age, the years.
    Integer,
    /// The first value as a number.
    Number,
    /// YES or NO.
    Flag,
    /// A calendar day.
    Date,
}

/// An attribute by keyword, and the factor of its number.
#[derive(Debug, Clone)]
pub struct AttributeSpec<'a> {
    /// Keyword of PS3.6.
    pub keyword: &'a str,
    /// 1 unless the units of column and attribute differ.
    pub factor: f64,
}

/// A column that is an attribute, or the first of several that is present.
#[derive(Debug, Clone)]
pub struct AttributeColumn<'a> {
    /// In order of preference.
    pub attributes: Vec<AttributeSpec<'a>>,
    /// The form of its cells.
    pub form: CellForm,
}

/// No attribute of PS3.6 has this keyword.
#[derive(Debug, thiserror::Error)]
#[error("no DICOM attribute has the keyword {0:?}")]
pub struct UnknownKeyword(pub String);

struct ResolvedAttribute {
    tag: Tag,
    vr: VR,
    factor: f64,
    corrections: Vec<DeviceCorrection>,
    /// The numbers that are possible, in the unit of the attribute.
    possible: RangeInclusive<f64>,
}

impl ResolvedAttribute {
    /// Whether a number is possible; other values are.
    fn is_possible(&self, value: &AttributeValue) -> bool {
        match value {
            AttributeValue::Number(number) => self.possible.contains(&(number / self.factor)),
            AttributeValue::Integer(number) => self.possible.contains(&whole_as_number(*number)),
            _ => true,
        }
    }

    /// The number in the column's unit, where devices of that family write another.
    fn corrected(&self, number: f64, family: Option<&str>) -> Option<f64> {
        let correction = self.corrections.iter().find(|it| Some(it.family) == family)?;
        (number <= correction.max).then_some(number * correction.factor)
    }
}

/// The attributes of a table's columns, and every tag read for them and for the rules.
pub struct AttributeTable {
    columns: Vec<(Vec<ResolvedAttribute>, CellForm)>,
    wanted: Vec<Tag>,
}

impl AttributeTable {
    /// Looks up the keywords in the dictionary of PS3.6.
    ///
    /// # Errors
    /// The first keyword that PS3.6 does not have.
    pub fn new(columns: &[AttributeColumn<'_>]) -> Result<Self, UnknownKeyword> {
        let resolve = |spec: &AttributeSpec<'_>| {
            let entry = StandardDataDictionary.by_name(spec.keyword);
            let entry = entry.ok_or_else(|| UnknownKeyword(spec.keyword.to_owned()))?;
            let vr = if let VirtualVr::Exact(vr) = entry.vr() { vr } else { VR::US };
            let (tag, factor) = (entry.tag(), spec.factor);
            let corrections = vendor::corrections(&format_tag(tag));
            let possible = vendor::possible_range(&format_tag(tag));
            Ok(ResolvedAttribute { tag, vr, factor, corrections, possible })
        };
        let mut resolved = Vec::with_capacity(columns.len());
        for column in columns {
            let list: Result<Vec<_>, _> = column.attributes.iter().map(resolve).collect();
            resolved.push((list?, column.form));
        }
        let column_tags = resolved.iter().flat_map(|(list, _)| list.iter().map(|r| r.tag));
        let mut wanted: Vec<Tag> = column_tags.chain(RULES.iter().copied()).collect();
        wanted.sort_unstable();
        wanted.dedup();
        Ok(Self { columns: resolved, wanted })
    }

    /// The index of the column whose first attribute this is.
    pub fn position(&self, tag: Tag) -> Option<usize> {
        self.columns.iter().position(|(list, _)| list.first().is_some_and(|a| a.tag == tag))
    }

    /// Whether a number of an attribute is in another unit than the standard's, by the device table.
    pub fn is_corrected(&self, tag: Tag, number: f64, family: Option<&str>) -> bool {
        let mut attributes = self.columns.iter().flat_map(|(list, _)| list);
        let attribute = attributes.find(|attribute| attribute.tag == tag);
        attribute.is_some_and(|attribute| attribute.corrected(number, family).is_some())
    }

    /// Every tag that is read, sorted.
    pub fn wanted(&self) -> &[Tag] {
        &self.wanted
    }

    /// The values, one per column. A value that cannot be read is null and an issue.
    pub fn values(
        &self,
        header: &DicomHeader,
        family: Option<&str>,
        file: &str,
        issues: &mut Vec<Issue>,
    ) -> Vec<AttributeValue> {
        let mut value = |(list, form): &(Vec<ResolvedAttribute>, CellForm)| {
            for attribute in list {
                match read(header, attribute, *form) {
                    Ok(AttributeValue::Null) => {}
                    Ok(value) if !attribute.is_possible(&value) => {
                        issues.push(impossible(header, file, attribute));
                    }
                    Ok(AttributeValue::Number(number)) => {
                        let number = attribute.corrected(number, family).unwrap_or(number);
                        return AttributeValue::Number(number);
                    }
                    Ok(value) => {
                        if attribute.vr == VR::AS {
                            issues.extend(age_without_unit(header, attribute.tag, file));
                        }
                        return value;
                    }
                    Err(raw) => issues.push(unreadable(file, attribute, &raw)),
                }
            }
            AttributeValue::Null
        };
        self.columns.iter().map(&mut value).collect()
    }
}

#[allow(clippy::cast_precision_loss)] // numbers with a range are small
fn whole_as_number(number: i64) -> f64 {
    number as f64
}

fn impossible(header: &DicomHeader, file: &str, attribute: &ResolvedAttribute) -> Issue {
    let keyword = StandardDataDictionary.by_tag(attribute.tag).map_or("", |entry| entry.alias());
    let (least, most) = (attribute.possible.start(), attribute.possible.end());
    let message = if most.is_finite() {
        format!("{keyword} is not between {least} and {most}, which is impossible")
    } else {
        format!("{keyword} is below {least}, which is impossible")
    };
    let raw = header.text_anywhere(attribute.tag).unwrap_or_default().into_owned();
    Issue::new(IssueCode::ValueImpossible, file, message).at(format_tag(attribute.tag)).value(raw)
}

fn unreadable(file: &str, attribute: &ResolvedAttribute, raw: &str) -> Issue {
    let keyword = StandardDataDictionary.by_tag(attribute.tag).map_or("", |entry| entry.alias());
    let message = format!("{keyword} cannot be read as {}", attribute.vr.to_string());
    Issue::new(IssueCode::AttributeUnreadable, file, message)
        .at(format_tag(attribute.tag))
        .value(raw)
}

/// The value, or the raw text when it is not a value of that form.
fn read(
    header: &DicomHeader,
    attribute: &ResolvedAttribute,
    form: CellForm,
) -> Result<AttributeValue, String> {
    let ResolvedAttribute { tag, vr, factor, .. } = *attribute;
    if vr == VR::US
        && let Some(number) = header.unsigned_short(tag)
    {
        return Ok(AttributeValue::Integer(number.into()));
    }
    let Some(text) = header.text_anywhere(tag) else { return Ok(AttributeValue::Null) };
    let first = || {
        let end = text.bytes().position(|byte| byte == b'\\');
        text.get(..end.unwrap_or(text.len())).unwrap_or_default().trim()
    };
    let value = match form {
        CellForm::Text => Some(AttributeValue::Text(text.as_ref().into())),
        CellForm::Integer if vr == VR::AS => years(first()),
        CellForm::Integer => first().parse().ok().filter(|n: &f64| n.fract() == 0.0).map(whole),
        CellForm::Number => {
            let number = first().parse().ok().filter(|n: &f64| n.is_finite());
            number.map(|n| AttributeValue::Number(n * factor))
        }
        CellForm::Flag => header::flag(&text).map(AttributeValue::Flag),
        CellForm::Date => header::date(&text).map(AttributeValue::Date),
    };
    match value {
        Some(value) => Ok(value),
        None if first().is_empty() => Ok(AttributeValue::Null),
        None => Err(text.into_owned()),
    }
}

#[allow(clippy::cast_possible_truncation)] // saturates, and an integer string has ten digits
fn whole(number: f64) -> AttributeValue {
    AttributeValue::Integer(number as i64)
}

/// The years of an age string (AS) such as `045Y`, also of one that is not padded, has decimals or a
/// small letter; months, weeks and days count as whole years. Zero of any unit is what
/// de-identification leaves: the age is absent.
fn years(text: &str) -> Option<AttributeValue> {
    /// Days of a year, leap years included.
    const YEAR: f64 = 365.25;
    let (digits, per_year) = match text.strip_suffix(|c: char| c.is_ascii_alphabetic()) {
        Some(digits) => match text.chars().last()?.to_ascii_uppercase() {
            'Y' => (digits, 1.0),
            'M' => (digits, 12.0),
            'W' => (digits, YEAR / 7.0),
            'D' => (digits, YEAR),
            _ => return None,
        },
        None if is_age_without_unit(text) => (text, 1.0),
        None => return None,
    };
    let digits = digits.trim();
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return None;
    }
    let count: f64 = digits.parse().ok()?;
    // A birthday falls on up to three quarters of a day before the year is full.
    let slack = if per_year == YEAR { 0.75 } else { 0.0 };
    Some(match count {
        0.0 => AttributeValue::Null,
        _ => whole(((count + slack) / per_year).floor()),
    })
}

/// Whether an age lacks its unit: a number that only years explain, in a patient of 18 or over.
fn is_age_without_unit(text: &str) -> bool {
    text.parse().is_ok_and(|years: f64| (18.0..=120.0).contains(&years))
}

fn age_without_unit(header: &DicomHeader, tag: Tag, file: &str) -> Option<Issue> {
    let text = header.text(tag).filter(|text| is_age_without_unit(text))?;
    let message = "Patient Age has no unit; it is read as years";
    Some(Issue::new(IssueCode::AgeWithoutUnit, file, message).at(format_tag(tag)).value(text))
}
