//! The tables of `schema/vocabulary`, parsed once. `#` starts a comment line; row one names the
//! columns.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::LazyLock;

use csv::StringRecord;

type VocabularyTables = HashMap<&'static str, Vec<StringRecord>>;

/// The rows of one file, in file order; none when there is no such file.
///
/// A row that does not parse is skipped; a test finds it.
pub(crate) fn rows(stem: &str) -> &'static [StringRecord] {
    static TABLES: LazyLock<VocabularyTables> = LazyLock::new(|| {
        crate::schema::VOCABULARY.iter().map(|&(stem, text)| (stem, parse(text))).collect()
    });
    TABLES.get(stem).map_or(&[], Vec::as_slice)
}

/// One field of a row; empty when the row is too short.
pub(crate) fn field(row: &'static StringRecord, column: usize) -> &'static str {
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

/// Results by text. A data set has few distinct makers, models and views, which repeat in every image.
pub type Memo<T> = RefCell<HashMap<String, T>>;

/// The result of `compute` for a text, computed once.
pub fn memoize<T: Clone>(memo: &Memo<T>, text: &str, compute: impl Fn(&str) -> T) -> T {
    /// Enough for any data set; bounded, since the texts come from outside.
    const MOST: usize = 1024;
    if let Some(known) = memo.borrow().get(text) {
        return known.clone();
    }
    let result = compute(text);
    let mut entries = memo.borrow_mut();
    if entries.len() < MOST && text.len() <= 256 {
        entries.insert(text.to_owned(), result.clone());
    }
    result
}
