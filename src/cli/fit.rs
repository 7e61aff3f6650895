//! What a result must fit: the terminal, or nothing.

use crate::results::TableFit;
use crate::shell::{DisplayOptions, RowLimit};

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
    TableFit { width, rows, widths: look.widths.clone(), null: look.null.clone(), folded: false }
}

/// Returns the columns and lines of the terminal.
pub(super) fn size_of_terminal() -> (usize, usize) {
    terminal_size::terminal_size().map_or((80, 24), |(w, h)| (usize::from(w.0), usize::from(h.0)))
}
