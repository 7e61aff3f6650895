//! One-to-one assignment with the greatest total, by the Hungarian method (Kuhn, Naval Research
//! Logistics Quarterly 1955;2:83) with shortest augmenting paths (Jonker and Volgenant, Computing
//! 1987;38:325).

/// For each row of `gains` the column assigned to it, so that they gain the most in total;
/// absent where the row gains nothing. Every row has the same number of columns; gains are 0 or more.
pub fn assign(gains: &[Vec<f64>]) -> Vec<Option<usize>> {
    let (rows, columns) = (gains.len(), gains.first().map_or(0, Vec::len));
    if columns == 0 {
        return vec![None; rows];
    }
    // A square of costs: rows and columns that are missing gain nothing.
    let size = rows.max(columns);
    let gain = |row: usize, column: usize| {
        gains.get(row).and_then(|gains| gains.get(column)).copied().unwrap_or(0.0)
    };
    let mut owner = ShortestPaths::new(size);
    for row in 0..size {
        owner.add_row(row, &|row, column| -gain(row, column));
    }
    let mut assigned = vec![None; rows];
    for (column, row) in owner.row_of.iter().skip(1).enumerate() {
        if let Some(slot) = row.checked_sub(1).and_then(|row| assigned.get_mut(row))
            && gain(row - 1, column) > 0.0
        {
            *slot = Some(column);
        }
    }
    assigned
}

/// An assignment that grows by one row at a time. Rows and columns count from 1; 0 is none.
struct ShortestPaths {
    row_of: Vec<usize>,
    row_price: Vec<f64>,
    column_price: Vec<f64>,
}

impl ShortestPaths {
    fn new(size: usize) -> Self {
        let prices = vec![0.0; size + 1];
        Self { row_of: vec![0; size + 1], row_price: prices.clone(), column_price: prices }
    }

    /// Assigns one more row along the shortest path of exchanges.
    fn add_row(&mut self, row: usize, cost: &dyn Fn(usize, usize) -> f64) {
        let size = self.row_of.len() - 1;
        let mut distance = vec![f64::INFINITY; size + 1];
        let mut previous = vec![0; size + 1];
        let mut is_visited = vec![false; size + 1];
        self.row_of[0] = row + 1;
        let mut column = 0;
        while self.row_of[column] != 0 {
            is_visited[column] = true;
            let current = self.row_of[column];
            let (mut least, mut next) = (f64::INFINITY, 0);
            for candidate in 1..=size {
                if is_visited[candidate] {
                    continue;
                }
                let reduced = cost(current - 1, candidate - 1)
                    - self.row_price[current]
                    - self.column_price[candidate];
                if reduced < distance[candidate] {
                    distance[candidate] = reduced;
                    previous[candidate] = column;
                }
                if distance[candidate] < least {
                    (least, next) = (distance[candidate], candidate);
                }
            }
            for visited in 0..=size {
                if is_visited[visited] {
                    self.row_price[self.row_of[visited]] += least;
                    self.column_price[visited] -= least;
                } else {
                    distance[visited] -= least;
                }
            }
            column = next;
        }
        while column != 0 {
            self.row_of[column] = self.row_of[previous[column]];
            column = previous[column];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_total_is_not_the_best_first() {
        assert_eq!(assign(&[vec![0.9, 0.8], vec![0.8, 0.0]]), [Some(1), Some(0)]);
        assert_eq!(assign(&[vec![0.9, 0.0], vec![0.8, 0.0]]), [Some(0), None]);
        assert_eq!(assign(&[vec![0.2], vec![0.3], vec![0.1]]), [None, Some(0), None]);
        assert_eq!(assign(&[vec![], vec![]]), [None, None]);
        assert_eq!(assign(&[]), []);
    }

    #[test]
    fn as_good_as_trying_everything() {
        fn best(gains: &[Vec<f64>], row: usize, used: &mut Vec<usize>) -> f64 {
            if row == gains.len() {
                return 0.0;
            }
            let mut most = best(gains, row + 1, used);
            for column in 0..gains[row].len() {
                if !used.contains(&column) {
                    used.push(column);
                    most = most.max(gains[row][column] + best(gains, row + 1, used));
                    used.pop();
                }
            }
            most
        }
        let mut state = 7_u64;
        let mut random = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let value = f64::from((state >> 40) as u32) / f64::from(1 << 24);
            if value < 0.4 { 0.0 } else { value }
        };
        for (rows, columns) in [(1, 4), (3, 3), (5, 4), (4, 6)] {
            for _ in 0..50 {
                let gains: Vec<Vec<f64>> =
                    (0..rows).map(|_| (0..columns).map(|_| random()).collect()).collect();
                let assigned = assign(&gains);
                let pairs = assigned.iter().enumerate();
                let total: f64 =
                    pairs.filter_map(|(row, column)| Some(gains[row][(*column)?])).sum();
                let mut columns: Vec<_> = assigned.iter().flatten().collect();
                columns.sort_unstable();
                columns.dedup();
                assert_eq!(columns.len(), assigned.iter().flatten().count());
                assert!((total - best(&gains, 0, &mut Vec::new())).abs() < 1e-9, "{gains:?}");
            }
        }
    }
}
