//! Who goes where: patients dealt out over the parts of a split.
//!
//! Nothing here depends on the order of rows, the platform or the number of threads. Within a
//! stratum, patients stand in the order of SHA-256(seed, case ID) and the parts take their shares
//! from that order. Shares are exact: each cell (stratum × part) is its ideal rounded down or up,
//! and so is each part as a whole.

use sha2::{Digest, Sha256};

/// Weights are whole billionths, so that no share depends on how a machine adds fractions.
const BILLION: u64 = 1_000_000_000;

/// The parts of a split with the share of each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ratios {
    names: Vec<String>,
    weights: Vec<u64>,
}

/// The ratios cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RatioError {
    /// A part is not `name=number`.
    #[error("--ratios: {0:?} is not NAME=RATIO, such as train=0.7")]
    Form(String),
    /// A name stands twice.
    #[error("--ratios: {0:?} stands twice")]
    Twice(String),
    /// The shares are not a whole.
    #[error("--ratios must sum to 1; these sum to {0}")]
    Sum(String),
}

impl Ratios {
    /// Reads `train=0.7,val=0.1,test=0.2`. The sum may miss 1 by a thousandth, as three thirds do.
    ///
    /// # Errors
    /// A part without a name or with a ratio that is not above 0, a name that stands twice,
    /// another sum.
    pub fn parse(text: &str) -> Result<Self, RatioError> {
        let (mut names, mut weights) = (Vec::new(), Vec::new());
        for part in text.split(',').map(str::trim) {
            let form = || RatioError::Form(part.to_owned());
            let (name, ratio) = part.split_once('=').ok_or_else(form)?;
            let name = name.trim();
            let weight = billionths(ratio.trim()).filter(|w| *w > 0).ok_or_else(form)?;
            let plain = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
            if name.is_empty() || !name.chars().all(plain) {
                return Err(form());
            }
            if names.iter().any(|n| n == name) {
                return Err(RatioError::Twice(name.to_owned()));
            }
            names.push(name.to_owned());
            weights.push(weight);
        }
        let sum: u64 = weights.iter().sum();
        if sum.abs_diff(BILLION) > BILLION / 1000 {
            return Err(RatioError::Sum(decimal(sum)));
        }
        Ok(Self { names, weights })
    }

    /// The names of the parts, in the order given.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Each part's share as it was given, in decimals.
    pub fn shares(&self) -> Vec<String> {
        self.weights.iter().map(|weight| decimal(*weight)).collect()
    }

    /// What each part would have of `count` patients, could one divide them.
    pub fn ideal(&self, count: u64) -> Vec<f64> {
        let sum: u64 = self.weights.iter().sum();
        // Counts of patients are far below 2^53.
        #[allow(clippy::cast_precision_loss)]
        self.weights.iter().map(|w| count as f64 * *w as f64 / sum as f64).collect()
    }
}

/// A decimal number between 0 and 1 in billionths.
fn billionths(text: &str) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |s: &str| s.chars().all(|c| c.is_ascii_digit());
    if (whole.is_empty() && fraction.is_empty())
        || !digits(whole)
        || !digits(fraction)
        || fraction.len() > 9
    {
        return None;
    }
    let whole: u64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let fraction: u64 = format!("{fraction:0<9}").parse().ok()?;
    whole.checked_mul(BILLION)?.checked_add(fraction).filter(|w| *w <= 1000 * BILLION)
}

fn decimal(weight: u64) -> String {
    let text = format!("{}.{:09}", weight / BILLION, weight % BILLION);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// How many patients of each stratum each part takes: one row per stratum, one column per part.
///
/// Every row sums to its stratum. Every cell is its ideal rounded down or up, and so is every
/// column's sum; where the cells allow it, column sums are those of the largest remainder method.
pub fn quotas(sizes: &[u64], ratios: &Ratios) -> Vec<Vec<u64>> {
    let sum: u128 = ratios.weights.iter().map(|w| u128::from(*w)).sum();
    let share = |count: u64, weight: u64| {
        let product = u128::from(count) * u128::from(weight);
        (product / sum, product % sum)
    };
    let mut rounding = Rounding {
        rest: sizes
            .iter()
            .map(|size| ratios.weights.iter().map(|w| share(*size, *w).1).collect())
            .collect(),
        extra: vec![vec![false; ratios.weights.len()]; sizes.len()],
        sum,
    };
    rounding.deal();
    let floors: Vec<Vec<u128>> = sizes
        .iter()
        .map(|size| ratios.weights.iter().map(|w| share(*size, *w).0).collect())
        .collect();
    let totals = largest_remainder(sizes.iter().sum(), ratios, sum);
    let wanted: Vec<i128> = (0..ratios.weights.len())
        .map(|part| {
            let floor: u128 = floors.iter().map(|row| row[part]).sum();
            totals[part].cast_signed() - floor.cast_signed()
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

/// The sizes of the parts as a whole.
fn largest_remainder(count: u64, ratios: &Ratios, sum: u128) -> Vec<u128> {
    let product = |weight: &u64| u128::from(count) * u128::from(*weight);
    let mut totals: Vec<u128> = ratios.weights.iter().map(|w| product(w) / sum).collect();
    let left = u128::from(count) - totals.iter().sum::<u128>();
    let mut order: Vec<usize> = (0..totals.len()).collect();
    order.sort_by_key(|part| std::cmp::Reverse(product(&ratios.weights[*part]) % sum));
    for (_, part) in (0..left).zip(order) {
        totals[part] += 1;
    }
    totals
}

/// Which cells are rounded up.
struct Rounding {
    /// What rounding down leaves of each cell, in parts of `sum`.
    rest: Vec<Vec<u128>>,
    extra: Vec<Vec<bool>>,
    sum: u128,
}

impl Rounding {
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
        for (at, (extra, rest)) in self.extra.iter().zip(&self.rest).enumerate() {
            for from in (0..parts).filter(|part| extra[*part]) {
                for to in (0..parts).filter(|part| !extra[*part] && rest[*part] > 0) {
                    moves[from][to].get_or_insert(at);
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

/// A patient and the stratum she is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The case.
    pub case_id: String,
    /// Index of her stratum.
    pub stratum: usize,
}

/// The part of each member, in the order of the members. Their order changes nothing; a case ID
/// stands once.
pub fn assign(members: &[Member], strata: usize, ratios: &Ratios, seed: u64) -> Vec<usize> {
    let mut groups: Vec<Vec<([u8; 32], usize)>> = vec![Vec::new(); strata];
    for (at, member) in members.iter().enumerate() {
        groups[member.stratum].push((rank(seed, &member.case_id), at));
    }
    let sizes: Vec<u64> = groups.iter().map(|group| group.len() as u64).collect();
    let mut parts = vec![0; members.len()];
    for (group, quota) in groups.iter_mut().zip(quotas(&sizes, ratios)) {
        group.sort_unstable_by(|a, b| {
            (a.0, &members[a.1].case_id).cmp(&(b.0, &members[b.1].case_id))
        });
        let seats = quota.iter().enumerate().flat_map(|(part, seats)| {
            std::iter::repeat_n(part, usize::try_from(*seats).unwrap_or(usize::MAX))
        });
        for ((_, member), part) in group.iter().zip(seats) {
            parts[*member] = part;
        }
    }
    parts
}

/// SHA-256 of the seed (eight bytes, the lowest first) and the case ID: the same on every machine.
fn rank(seed: u64, case_id: &str) -> [u8; 32] {
    Sha256::new().chain_update(seed.to_le_bytes()).chain_update(case_id).finalize().into()
}
