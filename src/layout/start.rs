//! The text of a profile to start with: the one that fits best, with unknown headers as comments to
//! fill in.

use std::collections::{BTreeSet, HashSet};
use std::fmt::Write as _;
use std::path::Path;

use regex::Regex;

use super::table::{HeaderCell, TableProbe};
use crate::records::column::ClinicalColumn;
use crate::sources::profile::{Profile, ProfileError};

/// Headers that are listed at most.
const MOST_HEADERS: usize = 200;

/// Writes a profile that can be used as it is. `base` is the profile it is made from, `viewless` are the
/// paths of images whose view is not known.
pub fn profile(
    root: &Path,
    base: &str,
    tables: &TableProbe,
    viewless: &[&str],
) -> Result<String, ProfileError> {
    let base_text = Profile::text(base)?;
    let name = root.file_name().map_or("my-data".into(), |name| name.to_string_lossy());
    let text = with_headers(&named(&base_text, &name, base), &tables.unknown);
    let text = with_view(&text, viewless);
    // The base may already have a table of TOML that would be repeated.
    if Profile::parse(&name, &text).is_ok() { Ok(text) } else { Ok(base_text) }
}

/// The text under another name, with a comment that says how to use it.
fn named(given: &str, name: &str, base: &str) -> String {
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let mut text = format!(
        "# A profile to start with, made from {}: edit it, then\n#   mammodex index DATASET --profile THIS_FILE\n",
        base.escape_default()
    );
    let mut is_head = true;
    for line in given.lines() {
        is_head &= !line.starts_with('[');
        let is = |key: &str| {
            line.strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with('='))
        };
        if is_head && is("name") {
            let _ = writeln!(text, "name = {}", quoted(name));
        } else if is_head && is("title") {
            let _ = writeln!(text, "title = {}", quoted(&format!("{name}, laid out like {base}")));
        } else {
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}

/// The headers without a column, as comments below `[workbook.columns]`.
fn with_headers(text: &str, unknown: &[HeaderCell]) -> String {
    if unknown.is_empty() {
        return text.to_owned();
    }
    let mut block = String::from(
        "# Headers without a column. Name the column and remove the #; the columns are\n",
    );
    for line in
        wrapped(&ClinicalColumn::names().collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>())
    {
        let _ = writeln!(block, "#   {line}");
    }
    let heads = distinct(unknown.iter().map(|named| (named.header.clone(), named.like)));
    for (header, like) in heads.iter().take(MOST_HEADERS) {
        let first = unknown.iter().find(|named| named.header == *header);
        let place = first.map(|n| format!("{} {}", n.file, n.place)).unwrap_or_default();
        let column = like.map_or("COLUMN", |column| column.name());
        let header = toml::Value::String(header.clone()).to_string().replace(['\n', '\r'], " ");
        let place = place.replace(char::is_control, " ");
        let _ = writeln!(block, "# {column} = [{header}]  # {place}");
    }
    match text.split_once("\n[workbook.columns]\n") {
        Some((before, after)) => format!("{before}\n[workbook.columns]\n{block}{after}"),
        None => format!("{text}\n[workbook.columns]\n{block}"),
    }
}

fn wrapped(words: &[&str]) -> Vec<String> {
    words.chunks(8).map(|line| line.join(", ")).collect()
}

/// A pattern for the view in file names, where most names hold one in the same form.
fn with_view(text: &str, viewless: &[&str]) -> String {
    const FORM: &str =
        r"(?i)(?:^|[/_. -])(?<view>[LR][_. -]?(?:CC|MLO|ML|LM|XCCL))(?:[_. -][^/]*)?$";
    let Ok(form) = Regex::new(FORM) else { return text.to_owned() };
    let hits = viewless.iter().filter(|path| form.is_match(path)).count();
    let has_files = text.lines().any(|line| line.trim() == "[files]");
    if hits == 0 || hits * 2 < viewless.len() || has_files {
        return text.to_owned();
    }
    format!("{text}\n# The view is in the names of files.\n[files]\nview = '{FORM}'\n")
}

/// Every distinct text once, in order.
fn distinct<T: Clone + Eq + std::hash::Hash>(all: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut names = HashSet::new();
    all.into_iter().filter(|one| names.insert(one.clone())).collect()
}
