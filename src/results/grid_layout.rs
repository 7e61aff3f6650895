//! The columns of a table for reading: which are shown, and how wide each is.

use arrow::datatypes::{Field, Schema};
use unicode_width::UnicodeWidthStr;

use super::escape;
use super::kind::kind_name;

/// Columns of the screen that one column is given at most.
const WIDEST_CELL: usize = 200;
/// A column of texts is never narrower; others are omitted instead.
const NARROWEST_CELL: usize = 12;
/// Words up to this width are not broken where cells continue below; columns are omitted instead.
const WIDEST_WORD: usize = 32;
/// Numbers up to this width are never cut; columns are omitted instead.
pub(super) const WIDEST_NUMBER: usize = 24;
pub(super) const BETWEEN: &str = " │ ";

/// One column.
#[derive(Default)]
pub(super) struct GridColumn {
    pub(super) name: String,
    /// The name of its type in SQL, in lower case.
    pub(super) kind: String,
    pub(super) is_number: bool,
    pub(super) width: usize,
    /// Whether the width is given.
    pub(super) is_fixed: bool,
    /// The width below which it is not narrowed.
    narrowest: usize,
}

/// Indices of columns shown beside each other; none for the gap of those omitted.
pub(super) type ShownColumns = Vec<Option<usize>>;

/// The columns of a table.
#[derive(Default)]
pub(super) struct GridLayout {
    pub(super) columns: Vec<GridColumn>,
}

impl GridLayout {
    pub(super) fn new(schema: &Schema) -> Self {
        let column = |field: &std::sync::Arc<Field>| GridColumn {
            name: escape::visible(field.name()).into_owned(),
            kind: kind_name(field),
            is_number: field.data_type().is_numeric(),
            ..GridColumn::default()
        };
        Self { columns: schema.fields().iter().map(column).collect() }
    }

    /// Every column.
    pub(super) fn all(&self) -> ShownColumns {
        (0..self.columns.len()).map(Some).collect()
    }

    /// Sets the widths to the given ones, or else to what names, types and these rows need.
    pub(super) fn measure<'r>(
        &mut self,
        rows: impl Iterator<Item = &'r Vec<String>> + Clone,
        given: &[usize],
        (has_kinds, is_wrapped): (bool, bool),
    ) {
        for (index, column) in self.columns.iter_mut().enumerate() {
            let cells = rows.clone().map(|row| row[index].width()).max().unwrap_or(0);
            let kind = if has_kinds { column.kind.width() } else { 0 };
            let natural = column.name.width().max(kind).max(cells).clamp(1, WIDEST_CELL);
            let given = given.get(index).copied().filter(|width| *width > 0);
            column.is_fixed = given.is_some();
            column.width = given.unwrap_or(natural);
            let words = || rows.clone().flat_map(|row| row[index].split_whitespace());
            let whole = match (column.is_number, is_wrapped) {
                (true, _) => cells.min(WIDEST_NUMBER),
                // Words stay whole where cells continue below.
                (false, true) => {
                    words().map(UnicodeWidthStr::width).max().unwrap_or(0).min(WIDEST_WORD)
                }
                (false, false) => 0,
            };
            column.narrowest = whole.max(NARROWEST_CELL);
        }
    }

    /// Whether all columns fit a screen, narrowed as far as they can be.
    pub(super) fn fits(&self, screen: usize) -> bool {
        self.total(&self.all(), 0) <= screen
    }

    /// Narrows the widest columns until all fit a screen, and returns those that are shown: the ones in the
    /// middle are omitted if even the narrowest do not fit.
    pub(super) fn choose(&mut self, screen: usize) -> ShownColumns {
        let mut shown = self.all();
        while self.total(&shown, 0) > screen {
            let count = shown.iter().flatten().count();
            if count <= 2 {
                break;
            }
            shown.retain(Option::is_some);
            shown.remove(count / 2);
            shown.insert(count / 2, None);
        }
        let cap = (0..=WIDEST_CELL).rev().find(|cap| self.total(&shown, *cap) <= screen);
        let cap = cap.unwrap_or(0);
        let mut room = screen.saturating_sub(self.total(&shown, cap));
        for index in shown.iter().flatten() {
            let column = &mut self.columns[*index];
            let width = column.capped(cap);
            // What the division left over is used.
            let more = (column.width - width).min(room);
            room -= more;
            column.width = width + more;
        }
        shown
    }

    /// The columns in groups that each fit a screen, the first columns again in each.
    pub(super) fn groups(&mut self, screen: usize, labels: usize) -> Vec<ShownColumns> {
        // A long text shall not push all else into a table of its own.
        for column in self.columns.iter_mut().filter(|column| !column.is_fixed) {
            column.width = column.width.min(screen / 3).max(1);
        }
        let mut groups: Vec<ShownColumns> = Vec::new();
        let mut next = 0;
        while next < self.columns.len() {
            let repeated = if groups.is_empty() { 0 } else { labels.min(next) };
            let mut shown: ShownColumns = (0..repeated).map(Some).collect();
            while next < self.columns.len() {
                shown.push(Some(next));
                if self.total(&shown, WIDEST_CELL) > screen && shown.len() > repeated + 1 {
                    shown.pop();
                    break;
                }
                next += 1;
            }
            groups.push(shown);
        }
        groups
    }

    /// The width of a table of these columns, each no wider than `cap` unless it cannot be narrower.
    fn total(&self, shown: &[Option<usize>], cap: usize) -> usize {
        let width =
            |index: &Option<usize>| index.map_or(1, |index| self.columns[index].capped(cap));
        let cells: usize = shown.iter().map(width).sum();
        cells + BETWEEN.width() * shown.len().saturating_sub(1) + 2
    }
}

impl GridColumn {
    fn capped(&self, cap: usize) -> usize {
        self.width.min(cap.max(self.narrowest))
    }
}
