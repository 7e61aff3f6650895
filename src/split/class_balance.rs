//! Proportions of classes that a split is down-sampled to.

use super::error::SplitError;

/// `diagnosis=1:1:1`, or with values `diagnosis=normal:2,malignant:1`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassBalance {
    /// Column of `patients`.
    pub column: String,
    /// The proportions with their values; without values they are in the order of the column's.
    pub proportions: Vec<(Option<String>, u64)>,
    /// The option as the user wrote it.
    pub text: String,
}

impl ClassBalance {
    /// Reads `diagnosis=1:1:1` or `diagnosis=normal:2,malignant:1`.
    ///
    /// # Errors
    /// Another form, a proportion that is not between 1 and 1000, a value that is named twice.
    pub fn parse(text: &str) -> Result<Self, SplitError> {
        let invalid = || {
            SplitError::Plan(format!(
                "--balance: {text:?} is neither COLUMN=1:1:1 nor COLUMN=VALUE:1,VALUE:2"
            ))
        };
        let (column, list) = text.split_once('=').ok_or_else(invalid)?;
        let weight =
            |text: &str| text.trim().parse::<u64>().ok().filter(|w| (1..=1000).contains(w));
        let named = list.contains(',') || list.split(':').any(|part| weight(part).is_none());
        let proportions: Option<Vec<(Option<String>, u64)>> = if named {
            let pair = |part: &str| {
                let (value, share) = part.rsplit_once(':')?;
                Some((Some(value.trim().to_owned()), weight(share)?))
            };
            list.split(',').map(pair).collect()
        } else {
            list.split(':').map(|part| Some((None, weight(part)?))).collect()
        };
        let proportions = proportions.ok_or_else(invalid)?;
        for (number, (value, _)) in proportions.iter().enumerate() {
            if value.is_some() && proportions[..number].iter().any(|(other, _)| other == value) {
                return Err(invalid());
            }
        }
        Ok(Self { column: column.trim().to_owned(), proportions, text: text.to_owned() })
    }
}
