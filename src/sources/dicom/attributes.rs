//! Attributes that a table's description names: taken from the header as they stand.

use dicom_core::dictionary::{DataDictionary, DataDictionaryEntry, VirtualVr};
use dicom_core::{Tag, VR};
use dicom_dictionary_std::StandardDataDictionary;

use super::header::{self, Header};
use super::wanted::RULES;
use crate::records::issue::Issue;
use crate::records::value::Value;

/// What a column's cells hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Text, several values parted by a backslash.
    Text,
    /// The first value as a whole number; of an age, the years.
    Integer,
    /// The first value as a number.
    Number,
    /// YES or NO.
    Flag,
    /// A day.
    Date,
}

/// An attribute by keyword, and what its number is multiplied by.
#[derive(Debug, Clone)]
pub struct Named<'a> {
    /// Keyword of PS3.6.
    pub keyword: &'a str,
    /// 1 unless the column's unit is another than the attribute's.
    pub factor: f64,
}

/// A column that is an attribute, or the first of several that is there.
#[derive(Debug, Clone)]
pub struct Field<'a> {
    /// In order of preference.
    pub attributes: Vec<Named<'a>>,
    /// What its cells hold.
    pub form: Form,
}

/// No attribute of PS3.6 has this keyword.
#[derive(Debug, thiserror::Error)]
#[error("no DICOM attribute has the keyword {0:?}")]
pub struct UnknownKeyword(pub String);

struct Resolved {
    tag: Tag,
    vr: VR,
    factor: f64,
}

/// The attributes of a table's columns, and every tag that is to be read for them and for the rules.
pub struct Attributes {
    fields: Vec<(Vec<Resolved>, Form)>,
    wanted: Vec<Tag>,
}

impl Attributes {
    /// Looks the keywords up in the dictionary of PS3.6.
    pub fn new(fields: &[Field<'_>]) -> Result<Self, UnknownKeyword> {
        let resolve = |named: &Named<'_>| {
            let entry = StandardDataDictionary.by_name(named.keyword);
            let entry = entry.ok_or_else(|| UnknownKeyword(named.keyword.to_owned()))?;
            let vr = if let VirtualVr::Exact(vr) = entry.vr() { vr } else { VR::US };
            Ok(Resolved { tag: entry.tag(), vr, factor: named.factor })
        };
        let mut resolved = Vec::with_capacity(fields.len());
        for field in fields {
            let list: Result<Vec<_>, _> = field.attributes.iter().map(resolve).collect();
            resolved.push((list?, field.form));
        }
        let named = resolved.iter().flat_map(|(list, _)| list.iter().map(|r| r.tag));
        let mut wanted: Vec<Tag> = named.chain(RULES.iter().copied()).collect();
        wanted.sort_unstable();
        wanted.dedup();
        Ok(Self { fields: resolved, wanted })
    }

    /// Every tag that is read, sorted.
    pub fn wanted(&self) -> &[Tag] {
        &self.wanted
    }

    /// The values, one per field. What cannot be read is null and an issue.
    pub fn values(&self, header: &Header, file: &str, issues: &mut Vec<Issue>) -> Vec<Value> {
        let mut value = |(list, form): &(Vec<Resolved>, Form)| {
            for attribute in list {
                match read(header, attribute, *form) {
                    Ok(Value::Null) => {}
                    Ok(value) => return value,
                    Err(raw) => issues.push(unreadable(file, attribute, &raw)),
                }
            }
            Value::Null
        };
        self.fields.iter().map(&mut value).collect()
    }
}

fn unreadable(file: &str, attribute: &Resolved, raw: &str) -> Issue {
    let keyword = StandardDataDictionary.by_tag(attribute.tag).map_or("", |entry| entry.alias());
    let message = format!("{keyword} cannot be read as {}", attribute.vr.to_string());
    Issue::new("attribute-unreadable", file, message).at(place(attribute.tag)).value(raw)
}

/// A tag as issues write it: `(0018,0060)`.
pub fn place(tag: Tag) -> String {
    format!("({:04X},{:04X})", tag.0, tag.1)
}

/// The value, or the raw text that is no value of that form.
fn read(header: &Header, attribute: &Resolved, form: Form) -> Result<Value, String> {
    let Resolved { tag, vr, factor } = *attribute;
    if vr == VR::US {
        return Ok(header.short(tag).map_or(Value::Null, |n| Value::Integer(n.into())));
    }
    let Some(text) = header.text(tag) else { return Ok(Value::Null) };
    let first = || {
        let end = text.bytes().position(|byte| byte == b'\\');
        text.get(..end.unwrap_or(text.len())).unwrap_or_default().trim()
    };
    let value = match form {
        Form::Text => Some(Value::Text(text.as_ref().into())),
        Form::Integer if vr == VR::AS => years(first()),
        Form::Integer => first().parse().ok().filter(|n: &f64| n.fract() == 0.0).map(whole),
        Form::Number => {
            let number = first().parse().ok().filter(|n: &f64| n.is_finite());
            number.map(|n| Value::Number(n * factor))
        }
        Form::Flag => header::flag(&text).map(Value::Flag),
        Form::Date => header::date(&text).map(Value::Date),
    };
    match value {
        Some(value) => Ok(value),
        None if first().is_empty() => Ok(Value::Null),
        None => Err(text.into_owned()),
    }
}

#[allow(clippy::cast_possible_truncation)] // saturates, and an integer string has ten digits
fn whole(number: f64) -> Value {
    Value::Integer(number as i64)
}

/// The years of an age string (AS), `045Y`; months, weeks and days are below one year or none.
/// `000Y` is what de-identification leaves: no age.
fn years(text: &str) -> Option<Value> {
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let count: i64 = digits.parse().ok()?;
    match unit {
        "Y" if count == 0 => Some(Value::Null),
        "Y" => Some(Value::Integer(count)),
        "M" => Some(Value::Integer(count / 12)),
        "W" => Some(Value::Integer(count / 52)),
        "D" => Some(Value::Integer(count / 365)),
        _ => None,
    }
}
