//! Delimited text: its character set, its delimiter, its rows as a spreadsheet numbers them.

use super::budget::{ReadBudget, ReadLimit};
use super::error::{OpenError, OpenSheet};
use super::grid::{SheetCell, SheetGrid};
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
    let read = scan_records(&text, delimiter(&text), |row, column, cell| {
        ReadBudget::check_place(0, column)?;
        grid.reach(row, budget)?;
        grid.put(row, column, SheetCell::Text(cell), budget)
    });
    read.map_err(|limit| OpenError::Text(limit.to_string()))?;
    Ok(vec![Ok(grid)])
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

/// Hands every cell to `put` with its row and column (RFC 4180); empty lines count as rows.
fn scan_records(
    text: &str,
    delimiter: char,
    mut put: impl FnMut(usize, usize, String) -> Result<(), ReadLimit>,
) -> Result<(), ReadLimit> {
    let (mut row, mut column) = (0, 0);
    let mut cell = String::new();
    let mut quoted = false;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' if quoted && rest.next_if_eq(&'"').is_some() => cell.push('"'),
            '"' if quoted => quoted = false,
            '"' if cell.is_empty() => quoted = true,
            c if quoted => cell.push(c),
            c if c == delimiter => {
                put(row, column, std::mem::take(&mut cell))?;
                column += 1;
            }
            '\r' | '\n' => {
                if c == '\r' {
                    let _ = rest.next_if_eq(&'\n');
                }
                put(row, column, std::mem::take(&mut cell))?;
                (row, column) = (row + 1, 0);
            }
            c => cell.push(c),
        }
    }
    if !cell.is_empty() || column > 0 {
        put(row, column, cell)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_keep_their_numbers() {
        let mut cells = Vec::new();
        let put = |row, column, cell: String| {
            cells.push((row, column, cell));
            Ok(())
        };
        scan_records("a,b\r\n\r\n\"x\n\"\"y\"\"\",2\n3", ',', put).unwrap();
        let wanted =
            [(0, 0, "a"), (0, 1, "b"), (1, 0, ""), (2, 0, "x\n\"y\""), (2, 1, "2"), (3, 0, "3")];
        assert_eq!(cells, wanted.map(|(row, column, cell)| (row, column, cell.to_owned())));
    }

    #[test]
    fn the_delimiter_is_the_one_outside_quotes() {
        assert_eq!(delimiter("title\nID;where;size\n1;\"a, b, c, d, e\";1,8\n"), ';');
        assert_eq!(delimiter("sep=|\na,b|c"), '|');
        assert_eq!(delimiter("alone"), ',');
    }
}
