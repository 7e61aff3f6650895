//! The parts of a split and their sizes: ratios, counts or folds.

/// Weights of ratios are whole billionths, so that no share depends on floating point.
const BILLION: u64 = 1_000_000_000;
/// The largest number of folds.
const MOST_FOLDS: u32 = 1_000;

/// The parts of a split with the share of each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SplitShares {
    names: Vec<String>,
    weights: Vec<u64>,
    kind: ShareKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ShareKind {
    Ratios,
    Counts,
    Folds,
}

/// The shares cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ShareError {
    /// A part is not `name=number`.
    #[error("--ratios: {0:?} is not NAME=RATIO, such as train=0.7")]
    Ratio(String),
    /// A part is not `name=count`.
    #[error("--counts: {0:?} is not NAME=COUNT, such as train=400")]
    Count(String),
    /// A part is named twice.
    #[error("{option}: {name:?} is named twice")]
    Repeated {
        /// The option.
        option: &'static str,
        /// The name.
        name: String,
    },
    /// The shares do not sum to 1.
    #[error("the shares of --ratios must sum to 1, such as train=0.7,test=0.3; these sum to {0}")]
    Sum(String),
    /// Too few folds or too many.
    #[error("--folds takes a number from 2 to {MOST_FOLDS}, not {0}")]
    Folds(u32),
}

impl SplitShares {
    /// Reads `train=0.7,val=0.1,test=0.2`. Their total may differ from 1 by a
    /// thousandth, as three times 0.333 does.
    ///
    /// # Errors
    /// A part without a name or with a ratio that is not above 0, a name that is given twice,
    /// another sum.
    pub fn ratios(text: &str) -> Result<Self, ShareError> {
        let invalid = |part: &str| ShareError::Ratio(part.to_owned());
        let shares = parse(text, "--ratios", ShareKind::Ratios, billionths, invalid)?;
        let sum: u64 = shares.weights.iter().sum();
        if sum.abs_diff(BILLION) > BILLION / 1000 {
            return Err(ShareError::Sum(decimal(sum)));
        }
        Ok(shares)
    }

    /// Reads `train=400,test=100`: exactly these numbers of patients.
    ///
    /// # Errors
    /// A part without a name or with a count that is not above 0, a name that is given twice.
    pub fn counts(text: &str) -> Result<Self, ShareError> {
        let invalid = |part: &str| ShareError::Count(part.to_owned());
        // A bound that keeps every product of counts far from overflow.
        let count = |text: &str| text.parse().ok().filter(|count| *count <= u64::from(u32::MAX));
        parse(text, "--counts", ShareKind::Counts, count, invalid)
    }

    /// The parts `fold_0` to `fold_K-1`, all of one size.
    ///
    /// # Errors
    /// Fewer than two, more than a thousand.
    pub fn folds(count: u32) -> Result<Self, ShareError> {
        if !(2..=MOST_FOLDS).contains(&count) {
            return Err(ShareError::Folds(count));
        }
        let names = (0..count).map(|index| format!("fold_{index}")).collect();
        Ok(Self { names, weights: vec![1; count as usize], kind: ShareKind::Folds })
    }

    /// The names of the parts, in the order given.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The weight of each part relative to the others: billionths, patients, or 1 for a fold.
    pub fn weights(&self) -> &[u64] {
        &self.weights
    }

    /// Whether the parts are folds.
    pub fn is_folds(&self) -> bool {
        self.kind == ShareKind::Folds
    }

    /// The total of counts; none for ratios and folds.
    pub fn total(&self) -> Option<u64> {
        (self.kind == ShareKind::Counts).then(|| self.weights.iter().sum())
    }

    /// Each part's share as it is saved: `0.7`, `400` or `1/5`.
    pub fn texts(&self) -> Vec<String> {
        let text = |weight: &u64| match self.kind {
            ShareKind::Ratios => decimal(*weight),
            ShareKind::Counts => weight.to_string(),
            ShareKind::Folds => format!("1/{}", self.weights.len()),
        };
        self.weights.iter().map(text).collect()
    }

    /// The same shares in the order of these names; none when the names differ.
    pub(super) fn in_order(&self, names: &[String]) -> Option<Self> {
        let weight = |name: &String| {
            let index = self.names.iter().position(|other| other == name)?;
            Some(self.weights[index])
        };
        let weights: Option<Vec<u64>> = names.iter().map(weight).collect();
        let weights = weights.filter(|weights| weights.len() == self.weights.len())?;
        Some(Self { names: names.to_vec(), weights, kind: self.kind })
    }

    /// The shares that a saved split has for its parts; none when they are not valid.
    pub(super) fn of_texts(parts: &[(&str, &str)]) -> Option<Self> {
        let list = parts.iter().map(|(name, text)| format!("{name}={text}"));
        let list = list.collect::<Vec<_>>().join(",");
        if parts.iter().all(|(_, text)| text.starts_with("1/")) {
            return Self::folds(u32::try_from(parts.len()).ok()?).ok();
        }
        let whole = |text: &str| text.parse::<u64>().is_ok_and(|count| count > 1);
        if parts.iter().any(|(_, text)| whole(text)) {
            return Self::counts(&list).ok();
        }
        Self::ratios(&list).ok()
    }

    /// The ideal, fractional number of `count` patients in each part.
    pub fn ideal(&self, count: u64) -> Vec<f64> {
        let sum: u64 = self.weights.iter().sum();
        // Counts of patients are far below 2^53.
        self.weights.iter().map(|w| count as f64 * *w as f64 / sum as f64).collect()
    }
}

fn parse(
    text: &str,
    option: &'static str,
    kind: ShareKind,
    number: impl Fn(&str) -> Option<u64>,
    invalid: impl Fn(&str) -> ShareError,
) -> Result<SplitShares, ShareError> {
    let (mut names, mut weights): (Vec<String>, Vec<u64>) = (Vec::new(), Vec::new());
    for part in text.split(',').map(str::trim) {
        let (name, share) = part.split_once('=').ok_or_else(|| invalid(part))?;
        let name = name.trim();
        let weight = number(share.trim()).filter(|w| *w > 0).ok_or_else(|| invalid(part))?;
        if !is_part_name(name) {
            return Err(invalid(part));
        }
        if names.iter().any(|n| n == name) {
            return Err(ShareError::Repeated { option, name: name.to_owned() });
        }
        names.push(name.to_owned());
        weights.push(weight);
    }
    Ok(SplitShares { names, weights, kind })
}

/// Whether this is a valid name of a part, which becomes that of a file or folder: letters, digits, `-` and
/// `_`, 64 bytes at most, and not an option by its first character.
pub(super) fn is_part_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && !name.starts_with('-')
        && name.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_')
}

/// A decimal number between 0 and 1000 in billionths.
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
