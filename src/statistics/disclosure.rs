//! Disclosure control: which cells of a table of counts must not be shown.
//!
//! Small counts are withheld, and with them as many others as needed so that none of them follows from
//! the margins. A table with its margins is a network: every cell is an edge between its row and its
//! column, and a withheld count is undetermined exactly where a cycle of withheld cells can take one
//! more here and one less there (Cox, Journal of the American Statistical Association 1995;90:1453).
//! A cell is therefore protected by the cheapest such cycle.

/// A cell before disclosure control.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DisclosureCell {
    /// Its count.
    pub count: u64,
    /// Whether the table shows cells of this kind.
    pub published: bool,
    /// Whether it must be withheld although it is not small.
    pub sensitive: bool,
}

/// What a reader sees of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellMark {
    /// Its count.
    Shown,
    /// That it is at least 1 and below the smallest count.
    Small,
    /// Nothing: it would reveal another cell.
    Withheld,
}

/// The marks of a table: a row per level, a column per group, then the row's total where there are
/// several groups. Column totals are public. Counts of 0 are shown where they reveal nothing else.
///
/// No cell marked [`CellMark::Small`] or [`CellMark::Withheld`] is determined by the cells shown, the
/// totals and the marks. None when that is impossible: then nothing may be shown.
pub fn protect(rows: &[Vec<DisclosureCell>], least: u64) -> Option<Vec<Vec<CellMark>>> {
    let groups = rows.first().map_or(0, Vec::len);
    if rows.iter().any(|row| row.len() != groups) {
        return None;
    }
    // The mark of a small cell can reveal it: two of at least 1 with a total below 3 are both 1.
    let strategies =
        [SuppressionMarks::All, SuppressionMarks::Groups, SuppressionMarks::Nothing].into_iter();
    let mut protected =
        strategies.filter_map(|marks| CellNetwork::new(rows, groups, least, marks).protected());
    let shown = if groups > 1 { groups + 1 } else { groups };
    let mark = |edge: &CellEdge| match edge.kind {
        EdgeKind::Shown | EdgeKind::Free => CellMark::Shown,
        EdgeKind::Small => CellMark::Small,
        EdgeKind::Withheld => CellMark::Withheld,
    };
    protected
        .next()
        .map(|edges| edges.iter().map(|row| row[..shown].iter().map(mark).collect()).collect())
}

/// The cells that are marked as small.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SuppressionMarks {
    All,
    Groups,
    Nothing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum EdgeKind {
    Shown,
    Small,
    Withheld,
    /// Not in the table.
    Free,
}

#[derive(Debug, Clone, Copy)]
struct CellEdge {
    count: u64,
    kind: EdgeKind,
    /// The smallest value that is possible for a reader once it is withheld: where small cells are
    /// marked, the others are not small.
    floor: u64,
    /// The largest, likewise.
    ceiling: u64,
}

impl CellEdge {
    fn must_stay_open(&self) -> bool {
        matches!(self.kind, EdgeKind::Small | EdgeKind::Withheld)
    }

    /// Whether, as far as a reader knows, it could be one more.
    fn can_rise(&self) -> bool {
        self.floor <= self.count && self.count < self.ceiling
    }

    /// Likewise one less.
    fn can_fall(&self) -> bool {
        self.floor < self.count
    }

    /// The cost of withholding it.
    fn cost(&self) -> u64 {
        if self.kind == EdgeKind::Shown { self.count + 1 } else { 0 }
    }
}

/// Rows and columns as nodes, the totals as the last column; cells as edges between them.
struct CellNetwork {
    edges: Vec<Vec<CellEdge>>,
    /// The column of totals.
    total: usize,
}

impl CellNetwork {
    fn new(
        rows: &[Vec<DisclosureCell>],
        groups: usize,
        least: u64,
        marks: SuppressionMarks,
    ) -> Self {
        let edge = |count: u64, published: bool, sensitive: bool, is_marked: bool, floor: u64| {
            let small = (1..least).contains(&count);
            let (kind, floor, ceiling) = if !published {
                (EdgeKind::Free, 0, u64::MAX)
            } else if small && is_marked {
                (EdgeKind::Small, 1, least - 1)
            } else if small || sensitive {
                (EdgeKind::Withheld, floor, u64::MAX)
            } else {
                (EdgeKind::Shown, floor, u64::MAX)
            };
            CellEdge { count, kind, floor, ceiling }
        };
        // A sensitive cell can be withheld though it is 0.
        let sensitive = rows.iter().flatten().any(|cell| cell.sensitive);
        let (floor, floor_of_totals) = match marks {
            _ if sensitive => (0, 0),
            SuppressionMarks::All => (least, least),
            SuppressionMarks::Groups => (least, 1),
            SuppressionMarks::Nothing => (0, 0),
        };
        let row = |cells: &Vec<DisclosureCell>| {
            let total = cells.iter().map(|cell| cell.count).sum();
            let published = groups > 1 && cells.iter().all(|cell| cell.published);
            let sensitive = groups > 1 && cells.iter().any(|cell| cell.sensitive && total < least);
            let mut edges: Vec<CellEdge> = cells
                .iter()
                .map(|c| {
                    edge(
                        c.count,
                        c.published,
                        c.sensitive,
                        marks != SuppressionMarks::Nothing,
                        floor,
                    )
                })
                .collect();
            edges.push(edge(
                total,
                published,
                sensitive,
                marks == SuppressionMarks::All,
                floor_of_totals,
            ));
            edges
        };
        Self { edges: rows.iter().map(row).collect(), total: groups }
    }

    /// The cells once every withheld one is undetermined; none when that is impossible.
    fn protected(mut self) -> Option<Vec<Vec<CellEdge>>> {
        for row in 0..self.edges.len() {
            for column in 0..=self.total {
                if self.edges[row][column].must_stay_open() {
                    self.protect_cell(row, column)?;
                }
            }
        }
        Some(self.edges)
    }

    /// Withholds the cells of the cheapest cycle by which a cell could be one more, or one less.
    fn protect_cell(&mut self, row: usize, column: usize) -> Option<()> {
        let edge = self.edges[row][column];
        let up = edge.can_rise().then(|| self.cheapest_cycle(row, column, true)).flatten();
        let down = edge.can_fall().then(|| self.cheapest_cycle(row, column, false)).flatten();
        let (_, cells) = match (up, down) {
            (Some(up), Some(down)) => {
                if down.0 < up.0 {
                    down
                } else {
                    up
                }
            }
            (one, other) => one.or(other)?,
        };
        for (row, column) in cells {
            let edge = &mut self.edges[row][column];
            if edge.kind == EdgeKind::Shown {
                edge.kind = EdgeKind::Withheld;
            }
        }
        Some(())
    }

    /// The cheapest cycle through a cell that rises or falls: its cost and its other cells.
    ///
    /// One more in a cell runs from its row to its column, one less back; for a total the direction is
    /// reversed.
    fn cheapest_cycle(
        &self,
        row: usize,
        column: usize,
        rises: bool,
    ) -> Option<(u64, Vec<(usize, usize)>)> {
        let rows = self.edges.len();
        let forwards = rises != (column == self.total);
        let (from, to) = if forwards { (rows + column, row) } else { (row, rows + column) };
        let nodes = rows + self.total + 1;
        let mut best: Vec<Option<(u64, usize)>> = vec![None; nodes];
        best[from] = Some((0, from));
        let mut done = vec![false; nodes];
        // Dijkstra; tables are small.
        loop {
            let open = |node: &usize| !done[*node] && best[*node].is_some();
            let next = (0..nodes).filter(open).min_by_key(|node| (best[*node].map(|b| b.0), *node));
            let node = next?;
            if node == to {
                break;
            }
            done[node] = true;
            let so_far = best[node].map_or(0, |(cost, _)| cost);
            let neighbours =
                (0..nodes).filter_map(|other| Some((other, self.between(node, other)?)));
            for (other, (r, c, along)) in neighbours {
                let edge = &self.edges[r][c];
                let rises = along != (c == self.total);
                if (r, c) == (row, column)
                    || !(if rises { edge.can_rise() } else { edge.can_fall() })
                {
                    continue;
                }
                let cost = so_far + edge.cost();
                if best[other].is_none_or(|(known, _)| cost < known) {
                    best[other] = Some((cost, node));
                }
            }
        }
        let mut cells = Vec::new();
        let mut node = to;
        while node != from {
            let (_, before) = best[node]?;
            let (r, c, _) = self.between(before, node)?;
            cells.push((r, c));
            node = before;
        }
        Some((best[to]?.0, cells))
    }

    /// The cell between two nodes, and whether the direction is from its row to its column.
    fn between(&self, from: usize, to: usize) -> Option<(usize, usize, bool)> {
        let rows = self.edges.len();
        match (from < rows, to < rows) {
            (true, false) => Some((from, to - rows, true)),
            (false, true) => Some((to, from - rows, false)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cells(rows: &[Vec<u64>]) -> Vec<Vec<DisclosureCell>> {
        let cell =
            |count: &u64| DisclosureCell { count: *count, published: true, sensitive: false };
        rows.iter().map(|row| row.iter().map(cell).collect()).collect()
    }

    /// The tables that are possible for a reader: those that fit the margins and the marks.
    struct Reader<'t> {
        rows: &'t [Vec<u64>],
        marks: &'t [Vec<CellMark>],
        least: u64,
        guess: Vec<Vec<u64>>,
        /// Per cell, totals included, the lowest and the highest value met.
        seen: Vec<Vec<(u64, u64)>>,
    }

    impl Reader<'_> {
        /// Whether a value fits the mark, for a reader who knows how marks are made.
        fn fits(&self, mark: CellMark, truth: u64, guess: u64, total: bool) -> bool {
            let width = self.rows[0].len();
            let marks_small = |row: &Vec<CellMark>| row[..width].contains(&CellMark::Small);
            let marks_small_total = |row: &Vec<CellMark>| row.get(width) == Some(&CellMark::Small);
            let floor = if !self.marks.iter().any(marks_small) {
                0
            } else if total && !self.marks.iter().any(marks_small_total) {
                1
            } else {
                self.least
            };
            match mark {
                CellMark::Shown => guess == truth,
                CellMark::Small => (1..self.least).contains(&guess),
                CellMark::Withheld => guess >= floor,
            }
        }

        fn search(&mut self, position: usize) {
            let width = self.rows[0].len();
            let (row, column) = (position / width, position % width);
            if row == self.rows.len() {
                for column in 0..width {
                    let sum = |rows: &[Vec<u64>]| rows.iter().map(|r| r[column]).sum::<u64>();
                    if sum(&self.guess) != sum(self.rows) {
                        return;
                    }
                }
                for row in 0..self.rows.len() {
                    let total: u64 = self.guess[row].iter().sum();
                    let values = self.guess[row].iter().copied().chain([total]);
                    for (seen, value) in self.seen[row].iter_mut().zip(values) {
                        *seen = (seen.0.min(value), seen.1.max(value));
                    }
                }
                return;
            }
            let taken: u64 = self.guess[..row].iter().map(|r| r[column]).sum();
            let sum: u64 = self.rows.iter().map(|r| r[column]).sum();
            for value in 0..=sum.saturating_sub(taken) {
                if !self.fits(self.marks[row][column], self.rows[row][column], value, false) {
                    continue;
                }
                self.guess[row][column] = value;
                let total: u64 = self.guess[row].iter().sum();
                let truth: u64 = self.rows[row].iter().sum();
                let whole = column + 1 == width && width > 1;
                if !whole || self.fits(self.marks[row][width], truth, total, true) {
                    self.search(position + 1);
                }
            }
            self.guess[row][column] = 0;
        }
    }

    /// Cells that are withheld although only one value is possible.
    fn determined(rows: &[Vec<u64>], marks: &[Vec<CellMark>], least: u64) -> Vec<(usize, usize)> {
        let width = rows[0].len();
        let mut reader = Reader {
            rows,
            marks,
            least,
            guess: vec![vec![0; width]; rows.len()],
            seen: vec![vec![(u64::MAX, 0); width + 1]; rows.len()],
        };
        reader.search(0);
        let cells = (0..rows.len()).flat_map(|r| (0..marks[r].len()).map(move |c| (r, c)));
        cells
            .filter(|(r, c)| marks[*r][*c] != CellMark::Shown)
            .filter(|(r, c)| reader.seen[*r][*c].0 == reader.seen[*r][*c].1)
            .collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..Default::default() })]

        #[test]
        fn nothing_withheld_follows_from_the_rest(
            rows in (1_usize..=3).prop_flat_map(|width| prop::collection::vec(
                prop::collection::vec(prop_oneof![Just(0_u64), 1_u64..4, 3_u64..9], width), 2..=3)),
        ) {
            let least = 3;
            let Some(marks) = protect(&cells(&rows), least) else {
                // Only where a group is as small as what must not be shown of it.
                let small = (0..rows[0].len()).any(|c| rows.iter().map(|r| r[c]).sum::<u64>() < 2 * least);
                prop_assert!(small, "{rows:?} is given up");
                return Ok(());
            };
            prop_assert_eq!(determined(&rows, &marks, least), vec![], "{:?} {:?}", rows, marks);
            for (row, marks) in rows.iter().zip(&marks) {
                for (count, mark) in row.iter().zip(marks) {
                    prop_assert!(!(1..least).contains(count) || *mark != CellMark::Shown);
                }
            }
        }
    }

    #[test]
    fn one_small_cell_withholds_three_others() {
        let rows = [vec![2, 40, 30], vec![9, 20, 50], vec![30, 10, 60]];
        let marks = protect(&cells(&rows), 5).unwrap();
        assert_eq!(marks[0][0], CellMark::Small);
        let withheld = marks.iter().flatten().filter(|mark| **mark == CellMark::Withheld).count();
        assert_eq!(withheld, 3);
        // The cheapest cycle.
        assert_eq!(
            (marks[1][0], marks[0][1], marks[1][1]),
            (CellMark::Withheld, CellMark::Withheld, CellMark::Withheld)
        );
    }

    #[test]
    fn small_cells_that_their_total_would_reveal_are_protected() {
        // 1 + 1: each at least 1, so a total of 2 would reveal both.
        let rows = [vec![1, 1], vec![9, 9]];
        let marks = protect(&cells(&rows), 5).unwrap();
        assert!(marks[0][2] != CellMark::Shown);
        assert!(determined(&rows, &marks, 5).is_empty());
    }

    #[test]
    fn tables_without_small_cells_are_shown_whole() {
        let rows = [vec![0, 12, 5], vec![9, 0, 50]];
        let marks = protect(&cells(&rows), 5).unwrap();
        assert!(marks.iter().flatten().all(|mark| *mark == CellMark::Shown));
        assert_eq!(protect(&[], 5), Some(vec![]));
    }

    #[test]
    fn one_group_has_no_column_of_totals() {
        let rows = [vec![2], vec![20], vec![30]];
        let marks = protect(&cells(&rows), 5).unwrap();
        assert_eq!(marks, [[CellMark::Small], [CellMark::Withheld], [CellMark::Shown]]);
    }

    #[test]
    fn a_row_that_is_not_shown_protects_only_where_another_is_open_too() {
        // Missing values of two groups, their total shown: 2 = 12 − 10.
        let hidden = |count: u64| DisclosureCell { count, published: false, sensitive: false };
        let shown = |count: u64| DisclosureCell { count, published: true, sensitive: false };
        let rows = [vec![hidden(50), hidden(40), hidden(90)], vec![shown(2), shown(10), shown(0)]];
        let marks = protect(&rows, 5).unwrap();
        assert_eq!(marks[1][0], CellMark::Small);
        assert!(marks[1][1..].contains(&CellMark::Withheld));
        assert!(marks[0].iter().all(|mark| *mark == CellMark::Shown));
    }
}
