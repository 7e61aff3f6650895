//! Delimited text: its character set, its delimiter, its rows as a spreadsheet numbers them.

use super::budget::{ReadBudget, ReadLimit};
use super::error::{OpenError, OpenSheet};
use super::grid::{CellNote, SheetCell, SheetGrid};
use crate::sources::encoding;

/// Lines that are examined for the delimiter.
const TRIED_LINES: usize = 20;
/// Bytes in which these lines are looked for.
const TRIED_BYTES: usize = 256 * 1024;

/// Reads delimited text as one sheet.
pub fn read(bytes: &[u8], budget: &mut ReadBudget) -> Result<Vec<OpenSheet>, OpenError> {
    let text = encoding::decode(bytes).text;
    if text.contains('\0') {
        return Err(OpenError::Text("it holds binary data".into()));
    }
    let mut grid = SheetGrid::new(None, (0, 0));
    let mut records = RecordReader::new(&text, delimiter(&text));
    let mut row = 0;
    while let Some(record) = records.next() {
        for (column, field) in record.fields.into_iter().enumerate() {
            let read = ReadBudget::check_place(0, column)
                .and_then(|()| grid.widen(row, column, budget))
                .and_then(|()| grid.put(row, column, SheetCell::Text(field), budget));
            read.map_err(refused)?;
        }
        if records.unclosed > MOST_UNCLOSED {
            return Err(OpenError::Text("more than 1,000 quotes open and do not close".into()));
        }
        if record.is_quoted {
            grid.set_quoted(row);
        }
        if record.is_unclosed {
            let last = grid.field_count(row).map_or(0, |count| count.saturating_sub(1));
            grid.note(row, last, CellNote::QuoteUnclosed, budget).map_err(refused)?;
        } else if let Some(column) = record.stray_quote {
            grid.note(row, column, CellNote::QuoteWithin, budget).map_err(refused)?;
        }
        row += 1;
    }
    Ok(vec![Ok(grid)])
}

fn refused(limit: ReadLimit) -> OpenError {
    OpenError::Text(limit.to_string())
}

/// The most frequent delimiter outside quotes near the top; Excel's own `sep=;` decides.
fn delimiter(text: &str) -> char {
    let end = (0..=text.len().min(TRIED_BYTES)).rev().find(|end| text.is_char_boundary(*end));
    let text = &text[..end.unwrap_or(0)];
    let first = text.lines().next().unwrap_or_default().trim_matches('"');
    if let Some(mark) = first.strip_prefix("sep=").and_then(|rest| rest.chars().next()) {
        return mark;
    }
    let mut counts = [(',', 0), ('\t', 0), (';', 0), ('|', 0)];
    for line in text.lines().take(TRIED_LINES) {
        let mut quoted = false;
        for c in line.chars() {
            quoted ^= c == '"';
            counts.iter_mut().filter(|(mark, _)| *mark == c && !quoted).for_each(|(_, n)| *n += 1);
        }
    }
    // Of equally frequent ones the first of the list.
    counts.iter().rev().max_by_key(|(_, n)| *n).map_or(',', |(mark, _)| *mark)
}

/// Fields of one row that are read before it is refused.
const MOST_FIELDS: usize = 20_000;

/// Bytes of a quoted field; a longer one has lost its second quote.
const LONGEST_QUOTED: usize = 128 * 1024;
/// Quotes that may not close in one file: each is looked for again.
const MOST_UNCLOSED: usize = 1_000;

/// One row of delimited text.
struct TextRecord {
    fields: Vec<String>,
    /// A quote opens and does not close: the row ends with its line, and the last field with it.
    is_unclosed: bool,
    /// The first field is in quotes.
    is_quoted: bool,
    /// The first field that is not in quotes and has one.
    stray_quote: Option<usize>,
}

/// The rows of delimited text (RFC 4180); empty lines count as rows.
struct RecordReader<'t> {
    rest: &'t str,
    delimiter: char,
    /// Rows whose quote does not close.
    unclosed: usize,
}

/// A row as far as it could be read: its fields, and the text behind it.
enum RecordEnd<'t> {
    /// Also the first field that is not in quotes and has one.
    Closed(Vec<String>, &'t str, Option<usize>),
    Unclosed,
}

impl<'t> RecordReader<'t> {
    fn new(text: &'t str, delimiter: char) -> Self {
        Self { rest: text, delimiter, unclosed: 0 }
    }

    fn next(&mut self) -> Option<TextRecord> {
        if self.rest.is_empty() {
            return None;
        }
        let is_quoted = self.rest.starts_with('"');
        if let RecordEnd::Closed(fields, rest, stray_quote) = self.read(self.rest) {
            self.rest = rest;
            return Some(TextRecord { fields, is_unclosed: false, is_quoted, stray_quote });
        }
        self.unclosed += 1;
        // The line alone, its last quote closed.
        let end = self.rest.find(['\r', '\n']).unwrap_or(self.rest.len());
        let (line, rest) = self.rest.split_at(end);
        self.rest = rest.strip_prefix("\r\n").or_else(|| rest.get(1..)).unwrap_or_default();
        let fields = match self.read(&format!("{line}\"")) {
            RecordEnd::Closed(fields, ..) => fields,
            RecordEnd::Unclosed => self.unquoted(line),
        };
        Some(TextRecord { fields, is_unclosed: true, is_quoted, stray_quote: None })
    }

    /// The fields of the first row of a text. A quote closes before a delimiter or the end of a line;
    /// where other text follows, it was never closed before.
    fn read<'r>(&self, text: &'r str) -> RecordEnd<'r> {
        let mut fields = Vec::new();
        let mut field = String::new();
        let mut stray_quote = None;
        let (mut is_quoted, mut is_closed) = (false, false);
        let mut chars = text.char_indices().peekable();
        while let Some((start, c)) = chars.next() {
            match c {
                '"' if is_quoted && chars.next_if(|(_, next)| *next == '"').is_some() => {
                    field.push('"');
                }
                '"' if is_quoted => (is_quoted, is_closed) = (false, true),
                '"' if field.is_empty() && !is_closed => is_quoted = true,
                _ if is_quoted && field.len() > LONGEST_QUOTED => return RecordEnd::Unclosed,
                c if is_quoted => field.push(c),
                c if c == self.delimiter => {
                    fields.push(std::mem::take(&mut field));
                    is_closed = false;
                    if fields.len() > MOST_FIELDS {
                        break;
                    }
                }
                '\r' | '\n' => {
                    let length = if text[start..].starts_with("\r\n") { 2 } else { 1 };
                    fields.push(field);
                    return RecordEnd::Closed(fields, &text[start + length..], stray_quote);
                }
                ' ' | '\t' if is_closed => {}
                _ if is_closed => return RecordEnd::Unclosed,
                '"' => {
                    stray_quote.get_or_insert(fields.len());
                    field.push('"');
                }
                c => field.push(c),
            }
        }
        if is_quoted {
            return RecordEnd::Unclosed;
        }
        fields.push(field);
        RecordEnd::Closed(fields, "", stray_quote)
    }

    fn unquoted(&self, line: &str) -> Vec<String> {
        let fields = line.split(self.delimiter).take(MOST_FIELDS);
        fields.map(|field| field.replace('"', "")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_keep_their_numbers() {
        let text = "a,b\r\n\r\n\"x\n\"\"y\"\"\",2\n3";
        assert_eq!(
            records(text),
            [
                (vec!["a", "b"], false),
                (vec![""], false),
                (vec!["x\n\"y\"", "2"], false),
                (vec!["3"], false)
            ]
            .map(|(fields, unclosed)| (fields.into_iter().map(str::to_owned).collect(), unclosed))
        );
    }

    fn records(text: &str) -> Vec<(Vec<String>, bool)> {
        let mut reader = RecordReader::new(text, ',');
        std::iter::from_fn(|| reader.next()).map(|r| (r.fields, r.is_unclosed)).collect()
    }

    #[test]
    fn a_quote_that_does_not_close_ends_with_its_line() {
        let text = "1,\"a, left\n2,\"b\"\n3,\"c\n4,d";
        let wanted =
            [("1", "a, left", true), ("2", "b", false), ("3", "c", true), ("4", "d", false)];
        let wanted = wanted
            .map(|(id, text, is_unclosed)| (vec![id.to_owned(), text.to_owned()], is_unclosed));
        assert_eq!(records(text), wanted);
    }

    #[test]
    fn the_delimiter_is_the_one_outside_quotes() {
        assert_eq!(delimiter("title\nID;where;size\n1;\"a, b, c, d, e\";1,8\n"), ';');
        assert_eq!(delimiter("sep=|\na,b|c"), '|');
        assert_eq!(delimiter("alone"), ',');
    }
}
