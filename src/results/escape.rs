//! Text from files, made harmless: control characters for terminals, formulas for spreadsheets.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write};

/// Whether a terminal would act on the character, or show other text than there is.
pub fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}')
}

/// The text on one line, control characters written as `\n`, `\x1b`, `\u{202e}`.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hostile) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    text.chars().for_each(|c| push_visible(c, &mut shown));
    Cow::Owned(shown)
}

/// Adds a character to HTML: what would be markup as an entity.
pub fn push_html(c: char, out: &mut String) {
    match c {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        '"' => out.push_str("&quot;"),
        '\'' => out.push_str("&#39;"),
        c => out.push(c),
    }
}

/// The same line by line.
pub fn lines(text: &str) -> String {
    text.split('\n').map(visible).collect::<Vec<_>>().join("\n")
}

fn push_visible(c: char, shown: &mut String) {
    // Writing to a String cannot fail.
    let _ = match c {
        '\n' => shown.write_str("\\n"),
        '\r' => shown.write_str("\\r"),
        '\t' => shown.write_str("\\t"),
        c if !is_hostile(c) => shown.write_char(c),
        c if u32::from(c) < 0x100 => write!(shown, "\\x{:02x}", u32::from(c)),
        c => write!(shown, "\\u{{{:x}}}", u32::from(c)),
    };
}

/// The characters that make a spreadsheet take a cell that begins with one for a formula.
///
/// OWASP, "CSV Injection": = + - @, a tab or a carriage return; and the full-width forms, which East
/// Asian editions of spreadsheets take for the same.
pub const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// Whether a spreadsheet would take the text for a formula. A plain number is none.
pub fn is_formula(text: &str) -> bool {
    let harmless = text.as_bytes().first().is_none_or(u8::is_ascii_alphanumeric);
    !harmless
        && text.starts_with(FORMULA)
        && text.parse::<f64>().map_or(true, |number| !number.is_finite())
}

/// A writer in front of a terminal: line breaks and tabs pass, every other control character is
/// shown.
pub struct TerminalWriter<W> {
    out: W,
    /// The beginning of a character whose end has not come yet.
    rest: Vec<u8>,
}

impl<W: Write> TerminalWriter<W> {
    /// A writer that passes harmless text on to `out`.
    pub fn new(out: W) -> Self {
        Self { out, rest: Vec::new() }
    }

    /// The writer that text was passed on to.
    pub fn into_inner(self) -> W {
        self.out
    }
}

impl<W: Write> Write for TerminalWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.rest.extend_from_slice(bytes);
        let mut shown = String::new();
        let mut escaped = Vec::new();
        for chunk in self.rest.utf8_chunks() {
            for c in chunk.valid().chars() {
                match c {
                    '\n' | '\t' => shown.push(c),
                    c => push_visible(c, &mut shown),
                }
            }
            escaped = chunk.invalid().to_vec();
            // Three bytes at most can be the beginning of a character; more are not text.
            let unfinished = self.rest.ends_with(&escaped) && escaped.len() < 4;
            if !escaped.is_empty() && !unfinished {
                shown.push('\u{fffd}');
                escaped.clear();
            }
        }
        self.rest = escaped;
        self.out.write_all(shown.as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
