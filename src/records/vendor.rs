//! Makers of mammography devices and their models.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::sync::LazyLock;

use regex::Regex;

use super::text;
use super::vocabulary::{Memo, field, memoize, rows};

/// A maker under one spelling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vendor {
    /// The maker's short name, or the folded text when the vocabulary does not know it.
    pub name: String,
    /// Whether `schema/vocabulary/vendors.csv` knows it.
    pub known: bool,
}

/// A model's text, taken apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeviceModel {
    /// The product line; absent when `schema/vocabulary/models.csv` does not know it.
    pub family: Option<String>,
    /// The software version that the text carries; absent when it carries none.
    pub software: Option<String>,
}

/// The maker that Manufacturer (0008,0070) or a workbook's cell names, one spelling per maker: `GE`,
/// `Hologic`, `Siemens` … An unknown one stays itself, with white space and width folded.
pub fn vendor(text: &str) -> Vendor {
    thread_local!(static SEEN: Memo<Vendor> = RefCell::default());
    SEEN.with(|seen| memoize(seen, text, find_vendor))
}

fn find_vendor(text: &str) -> Vendor {
    static WHOLE: LazyLock<HashMap<String, &str>> = LazyLock::new(|| {
        rows("vendors").iter().map(|row| (text::key(field(row, 0)), field(row, 1))).collect()
    });
    static START: LazyLock<PrefixIndex> = LazyLock::new(|| {
        let starts = rows("vendors").iter().filter(|row| field(row, 2) == "start");
        PrefixIndex::new(starts.map(|row| (field(row, 0), field(row, 1))))
    });
    let vendor = WHOLE.get(&text::key(text)).copied().or_else(|| {
        let plain = text::plain(text);
        let words: Vec<&str> = text::words(&plain).take(START.longest).collect();
        START.find(&words).map(|(_, name)| name)
    });
    Vendor { name: vendor.map_or_else(|| text::fold(text), str::to_owned), known: vendor.is_some() }
}

/// A number that devices of one family write in another unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DeviceCorrection {
    /// The model family by `models.csv`.
    pub family: &'static str,
    /// Factor to the unit of the column.
    pub factor: f64,
    /// The largest number as written that the correction applies to.
    pub max: f64,
}

/// The corrections of `schema/vocabulary/device_corrections.csv` for an attribute, such as
/// `(0018,11A2)`.
pub fn corrections(tag: &str) -> Vec<DeviceCorrection> {
    let rows = rows("device_corrections").iter().filter(|row| field(row, 1) == tag);
    let correction = |row| {
        let [factor, max] = [2, 3].map(|column| field(row, column).parse().ok());
        Some(DeviceCorrection { family: field(row, 0), factor: factor?, max: max? })
    };
    rows.filter_map(correction).collect()
}

/// The least and the greatest possible number of an attribute such as `(0018,0060)`, in its unit, by
/// `schema/vocabulary/possible_values.csv`; every number of an attribute that is not listed.
pub fn possible_range(tag: &str) -> RangeInclusive<f64> {
    let row = rows("possible_values").iter().find(|row| field(row, 0) == tag);
    let bound = |column| row.and_then(|row| field(row, column).parse().ok());
    bound(1).unwrap_or(f64::NEG_INFINITY)..=bound(2).unwrap_or(f64::INFINITY)
}

/// Product line and software version of Manufacturer's Model Name (0008,1090) or a workbook's cell:
/// `Senograph DS VERSION ADS_53.40` is a `Senograph DS` with `ADS_53.40`.
pub fn model(text: &str) -> DeviceModel {
    thread_local!(static SEEN: Memo<DeviceModel> = RefCell::default());
    SEEN.with(|seen| memoize(seen, text, find_model))
}

fn find_model(text: &str) -> DeviceModel {
    /// Words of a vendor's name that may precede the model: `GE Healthcare`.
    const BEFORE: usize = 2;
    static MODELS: LazyLock<PrefixIndex> = LazyLock::new(|| {
        let models = rows("models").iter().filter(|row| field(row, 0) == "model");
        PrefixIndex::new(models.map(|row| (field(row, 1), field(row, 2))))
    });
    let plain = text::plain(text);
    let words: Vec<&str> = text::words(&plain).take(MODELS.longest + BEFORE).collect();
    let hits = (0..=BEFORE.min(words.len())).filter_map(|skip| {
        MODELS.find(&words[skip..]).map(|(count, family)| (skip + count, family))
    });
    // What reaches furthest: in `Hologic Selenia Dimensions` that is not `Hologic Selenia`.
    let family = hits.max_by_key(|(end, _)| *end).map(|(_, family)| family.to_owned());
    DeviceModel { family, software: software(text) }
}

fn software(text: &str) -> Option<String> {
    static RULES: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
        let rules = rows("models").iter().filter(|row| field(row, 0) == "software");
        rules.filter_map(|row| Some((Regex::new(field(row, 1)).ok()?, field(row, 2)))).collect()
    });
    let folded = text::fold(text);
    RULES.iter().find_map(|(rule, template)| {
        let hit = rule.captures(&folded)?;
        let mut version = String::new();
        hit.expand(template, &mut version);
        Some(version)
    })
}

/// Entries that a text may begin with, found word by word.
struct PrefixIndex {
    entries: HashMap<String, &'static str>,
    /// The most words that an entry can take.
    longest: usize,
}

impl PrefixIndex {
    fn new(all: impl Iterator<Item = (&'static str, &'static str)>) -> Self {
        let mut longest = 1;
        let entries = all
            .map(|(text, value)| {
                longest = longest.max(text::words(&text::plain(text)).count());
                (text::key(text), value)
            })
            .collect();
        // One more than written: `Seleniadimensions` and `Selenia - Dimensions` meet halfway.
        Self { entries, longest: longest + 1 }
    }

    /// The entry that takes the most of the leading words, and how many it takes.
    fn find(&self, words: &[&str]) -> Option<(usize, &'static str)> {
        let most = words.len().min(self.longest);
        (1..=most).rev().find_map(|n| Some((n, *self.entries.get(&words[..n].concat())?)))
    }
}
