//! Attributes that a table's description names, taken from the header unchanged.

use dicom_core::dictionary::{DataDictionary, DataDictionaryEntry, VirtualVr};
use dicom_core::{Tag, VR};
use dicom_dictionary_std::StandardDataDictionary;

use super::element::format_tag;
use super::header::{self, DicomHeader};
use super::wanted::RULES;
use crate::records::attribute::AttributeValue;
use crate::records::issue::{Issue, IssueCode};

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
            Ok(ResolvedAttribute { tag: entry.tag(), vr, factor: spec.factor })
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

    /// Every tag that is read, sorted.
    pub fn wanted(&self) -> &[Tag] {
        &self.wanted
    }

    /// The values, one per column. A value that cannot be read is null and an issue.
    pub fn values(
        &self,
        header: &DicomHeader,
        file: &str,
        issues: &mut Vec<Issue>,
    ) -> Vec<AttributeValue> {
        let mut value = |(list, form): &(Vec<ResolvedAttribute>, CellForm)| {
            for attribute in list {
                match read(header, attribute, *form) {
                    Ok(AttributeValue::Null) => {}
                    Ok(value) => return value,
                    Err(raw) => issues.push(unreadable(file, attribute, &raw)),
                }
            }
            AttributeValue::Null
        };
        self.columns.iter().map(&mut value).collect()
    }
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
    let ResolvedAttribute { tag, vr, factor } = *attribute;
    if vr == VR::US {
        return Ok(header
            .unsigned_short(tag)
            .map_or(AttributeValue::Null, |n| AttributeValue::Integer(n.into())));
    }
    let Some(text) = header.text(tag) else { return Ok(AttributeValue::Null) };
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

/// The years of an age string (AS) such as `045Y`; months, weeks and days count as whole years.
/// `000Y` is what de-identification leaves: the age is absent.
fn years(text: &str) -> Option<AttributeValue> {
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let count: i64 = digits.parse().ok()?;
    match unit {
        "Y" if count == 0 => Some(AttributeValue::Null),
        "Y" => Some(AttributeValue::Integer(count)),
        "M" => Some(AttributeValue::Integer(count / 12)),
        "W" => Some(AttributeValue::Integer(count / 52)),
        "D" => Some(AttributeValue::Integer(count / 365)),
        _ => None,
    }
}
