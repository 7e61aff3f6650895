//! Controlled rounding: the number of patients of each stratum in each part.
//!
//! Each cell (stratum × part) is its ideal rounded down or up, and so is each part as a whole (Cox,
//! Journal of the American Statistical Association 1987;82:520).

/// How many patients of each stratum each part takes: one row per stratum, one column per part.
///
/// Every row sums to its stratum. Every cell is its ideal rounded down or up, and so is every
/// column's sum; where the cells allow it, column sums are those of the largest remainder method.
pub fn quotas(sizes: &[u64], weights: &[u64]) -> Vec<Vec<u64>> {
    let sum: u128 = weights.iter().map(|w| u128::from(*w)).sum();
    let share = |count: u64, weight: u64| {
        let product = u128::from(count) * u128::from(weight);
        (product / sum, product % sum)
    };
    let mut rounding = CellRounding {
        rest: sizes
            .iter()
            .map(|size| weights.iter().map(|w| share(*size, *w).1).collect())
            .collect(),
        extra: vec![vec![false; weights.len()]; sizes.len()],
        sum,
    };
    rounding.deal();
    let floors: Vec<Vec<u128>> =
        sizes.iter().map(|size| weights.iter().map(|w| share(*size, *w).0).collect()).collect();
    let totals = largest_remainder(sizes.iter().sum(), weights);
    let wanted: Vec<i128> = (0..weights.len())
        .map(|part| {
            let floor: u128 = floors.iter().map(|row| row[part]).sum();
            i128::from(totals[part]) - floor.cast_signed()
        })
        .collect();
    rounding.repair(&wanted);
    let cell = |floor: &u128, extra: &bool| {
        // A share of a u64 count fits u64.
        u64::try_from(*floor).unwrap_or(u64::MAX) + u64::from(*extra)
    };
    let row = |(floors, extras): (&Vec<u128>, &Vec<bool>)| {
        floors.iter().zip(extras).map(|(floor, extra)| cell(floor, extra)).collect()
    };
    floors.iter().zip(&rounding.extra).map(row).collect()
}

/// The sizes of the parts as a whole: `count` divided by weight, what is left over to those that
/// rounding down took most from.
pub fn largest_remainder(count: u64, weights: &[u64]) -> Vec<u64> {
    let sum: u128 = weights.iter().map(|w| u128::from(*w)).sum();
    let product = |weight: &u64| u128::from(count) * u128::from(*weight);
    // A share of a u64 count fits u64.
    let floor = |weight: &u64| u64::try_from(product(weight) / sum).unwrap_or(u64::MAX);
    let mut totals: Vec<u64> = weights.iter().map(floor).collect();
    let left = count - totals.iter().sum::<u64>();
    let mut order: Vec<usize> = (0..totals.len()).collect();
    order.sort_by_key(|part| std::cmp::Reverse(product(&weights[*part]) % sum));
    for (_, part) in (0..left).zip(order) {
        totals[part] += 1;
    }
    totals
}

/// Which cells are rounded up.
struct CellRounding {
    /// What rounding down leaves of each cell, in parts of `sum`.
    rest: Vec<Vec<u128>>,
    extra: Vec<Vec<bool>>,
    sum: u128,
}

impl CellRounding {
    /// Each stratum gives the patients that rounding left over to the parts that are furthest
    /// behind, itself included.
    fn deal(&mut self) {
        let parts = self.rest.first().map_or(0, Vec::len);
        let mut behind: Vec<i128> = vec![0; parts];
        for (rest, extra) in self.rest.iter().zip(&mut self.extra) {
            for (behind, rest) in behind.iter_mut().zip(rest) {
                *behind += rest.cast_signed();
            }
            let left = rest.iter().sum::<u128>() / self.sum;
            let mut order: Vec<usize> = (0..parts).filter(|part| rest[*part] > 0).collect();
            order.sort_by_key(|part| std::cmp::Reverse((behind[*part], rest[*part])));
            for (_, part) in (0..left).zip(order) {
                extra[part] = true;
                behind[part] -= self.sum.cast_signed();
            }
        }
    }

    /// Moves single patients between parts, within their stratum, until the parts have what is
    /// wanted of them or no chain of moves leads there.
    fn repair(&mut self, wanted: &[i128]) {
        loop {
            let has = |part: usize| self.extra.iter().filter(|row| row[part]).count() as i128;
            let over: Vec<i128> = (0..wanted.len()).map(|p| has(p) - wanted[p]).collect();
            let Some(chain) = self.chain(&over) else { return };
            for (row, from, to) in chain {
                self.extra[row][from] = false;
                self.extra[row][to] = true;
            }
        }
    }

    /// The shortest chain of moves from a part that has too many to one that has too few.
    fn chain(&self, over: &[i128]) -> Option<Vec<(usize, usize, usize)>> {
        let parts = over.len();
        // For every two parts a stratum that may move a patient from the first to the second.
        let mut moves: Vec<Vec<Option<usize>>> = vec![vec![None; parts]; parts];
        for (index, (extra, rest)) in self.extra.iter().zip(&self.rest).enumerate() {
            for from in (0..parts).filter(|part| extra[*part]) {
                for to in (0..parts).filter(|part| !extra[*part] && rest[*part] > 0) {
                    moves[from][to].get_or_insert(index);
                }
            }
        }
        let mut reached: Vec<Option<(usize, usize)>> = vec![None; parts];
        let mut queue: Vec<usize> = (0..parts).filter(|part| over[*part] > 0).collect();
        let starts = queue.clone();
        let mut next = 0;
        while let Some(&from) = queue.get(next) {
            next += 1;
            if over[from] < 0 {
                let mut chain = Vec::new();
                let mut part = from;
                while let Some((row, before)) = reached[part] {
                    chain.push((row, before, part));
                    part = before;
                }
                return Some(chain);
            }
            for to in 0..parts {
                let fresh = reached[to].is_none() && !starts.contains(&to);
                if let (Some(row), true) = (moves[from][to], fresh) {
                    reached[to] = Some((row, from));
                    queue.push(to);
                }
            }
        }
        None
    }
}
