//! Delimited text: its character set, what parts its cells, its rows as a spreadsheet numbers them.

use super::grid::{SheetCell, SheetGrid};
use super::spreadsheet::{OpenError, OpenSheet};
use crate::sources::encoding;

/// Lines that are looked at to tell what parts the cells.
const TRIED_LINES: usize = 20;

/// Reads delimited text as one sheet.
pub fn read(bytes: &[u8]) -> Result<Vec<OpenSheet>, OpenError> {
    let text = encoding::decode(bytes).text;
    if text.contains('\0') {
        return Err(OpenError::Text("it holds binary data".into()));
    }
    let rows = records(&text, delimiter(&text));
    let mut grid = SheetGrid::new(None, (0, 0));
    for (row, cells) in rows.into_iter().enumerate() {
        for (column, text) in cells.into_iter().enumerate() {
            grid.put(row, column, SheetCell::Text(text));
        }
    }
    Ok(vec![Ok(grid)])
}

/// The mark that stands most often outside quotes near the top; Excel's own `sep=;` decides.
fn delimiter(text: &str) -> char {
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
    // Of marks that stand alike often the first of the list.
    counts.iter().rev().max_by_key(|(_, n)| *n).map_or(',', |(mark, _)| *mark)
}

/// The cells of every line (RFC 4180), empty lines kept: they count as rows.
fn records(text: &str, delimiter: char) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    let mut row = Vec::new();
    let mut cell = String::new();
    let mut quoted = false;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' if quoted && rest.next_if_eq(&'"').is_some() => cell.push('"'),
            '"' if quoted => quoted = false,
            '"' if cell.is_empty() => quoted = true,
            c if quoted => cell.push(c),
            c if c == delimiter => row.push(std::mem::take(&mut cell)),
            '\r' | '\n' => {
                if c == '\r' {
                    let _ = rest.next_if_eq(&'\n');
                }
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            c => cell.push(c),
        }
    }
    if !cell.is_empty() || !row.is_empty() {
        row.push(cell);
        rows.push(row);
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_keep_their_numbers() {
        let rows = records("a,b\r\n\r\n\"x\n\"\"y\"\"\",2\n3", ',');
        assert_eq!(rows, [vec!["a", "b"], vec![""], vec!["x\n\"y\"", "2"], vec!["3"]]);
    }

    #[test]
    fn the_delimiter_is_the_one_outside_quotes() {
        assert_eq!(delimiter("title\nID;where;size\n1;\"a, b, c, d, e\";1,8\n"), ';');
        assert_eq!(delimiter("sep=|\na,b|c"), '|');
        assert_eq!(delimiter("alone"), ',');
    }
}
