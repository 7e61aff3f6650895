//! The tables of `schema/vocabulary`, parsed once. `#` starts a comment line; row one names the
//! columns.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::LazyLock;

use csv::StringRecord;

type VocabularyTables = HashMap<&'static str, Vec<StringRecord>>;

/// The rows of one file, in file order; none when there is no such file.
///
/// A row that does not parse is left out here and found by a test.
pub(super) fn rows(stem: &str) -> &'static [StringRecord] {
    static TABLES: LazyLock<VocabularyTables> = LazyLock::new(|| {
        crate::schema::VOCABULARY.iter().map(|&(stem, text)| (stem, parse(text))).collect()
    });
    TABLES.get(stem).map_or(&[], Vec::as_slice)
}

/// One field of a row; empty when the row is too short.
pub(super) fn field(row: &'static StringRecord, column: usize) -> &'static str {
    row.get(column).unwrap_or_default()
}

fn parse(text: &str) -> Vec<StringRecord> {
    csv::ReaderBuilder::new()
        .comment(Some(b'#'))
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes())
        .into_records()
        .flatten()
        .collect()
}

/// What a text was found to mean: a data set has few makers, models and views, and asks for them
/// once per image.
pub(super) type Memo<T> = RefCell<HashMap<String, T>>;

/// What `find` makes of a text, found once.
pub(super) fn remember<T: Clone>(seen: &Memo<T>, text: &str, find: impl Fn(&str) -> T) -> T {
    /// Enough for any data set; bounded, since the texts come from outside.
    const MOST: usize = 1024;
    if let Some(known) = seen.borrow().get(text) {
        return known.clone();
    }
    let found = find(text);
    let mut seen = seen.borrow_mut();
    if seen.len() < MOST && text.len() <= 256 {
        seen.insert(text.to_owned(), found.clone());
    }
    found
}
