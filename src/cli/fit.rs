//! What a result must fit: the terminal, or nothing.

use std::io::IsTerminal;

use unicode_width::UnicodeWidthStr;

use crate::results::TableFit;
use crate::shell::{DisplayOptions, RowLimit};
use crate::text::wrapped;

/// Rows that a table on a terminal shows at most.
const TERMINAL_ROWS: usize = 40;

/// Returns what a result must fit, on a terminal or elsewhere.
pub(super) fn fit(look: &DisplayOptions, screen: bool) -> TableFit {
    let rows = match look.rows {
        RowLimit::Usual => screen.then_some(TERMINAL_ROWS),
        RowLimit::All => None,
        RowLimit::Most(most) => Some(most),
    };
    let width = screen.then(|| size_of_terminal().0);
    TableFit {
        width,
        height: None,
        rows,
        widths: look.widths.clone(),
        null: look.null.clone(),
        folded: false,
        kinds: screen,
        cells: look.cells,
    }
}

/// Returns the columns and lines of the terminal.
pub(super) fn size_of_terminal() -> (usize, usize) {
    terminal_size::terminal_size().map_or((80, 24), |(w, h)| (usize::from(w.0), usize::from(h.0)))
}

/// A text for stdout, whose lines are broken between words where that is a terminal and they are wider.
pub(super) fn prose(text: &str) -> String {
    if !std::io::stdout().is_terminal() {
        return text.to_owned();
    }
    let (width, _) = size_of_terminal();
    let line = |line: &str| match line.width() > width {
        true => wrapped(line, width).join("\n"),
        false => line.to_owned(),
    };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}
