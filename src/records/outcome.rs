//! The outcome of reading one cell: empty, a value, a doubtful value, or unreadable.

/// The outcome of a grammar. The reasons are plain English and never repeat the raw text.
#[derive(Debug, Clone, PartialEq)]
pub enum ParseOutcome<T> {
    /// The cell says nothing (see [`super::text::is_blank`]).
    Empty,
    /// A value read without doubt.
    Value(T),
    /// The best reading, which a person should check, and why it is doubtful.
    Doubtful(T, String),
    /// Text that the grammar cannot read, and why.
    Unreadable(String),
}

impl<T> ParseOutcome<T> {
    /// The value, in doubt or not; absent when the cell is empty or unreadable.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Value(value) | Self::Doubtful(value, _) => Some(value),
            Self::Empty | Self::Unreadable(_) => None,
        }
    }

    /// The value, in doubt or not, taken out.
    pub fn into_value(self) -> Option<T> {
        match self {
            Self::Value(value) | Self::Doubtful(value, _) => Some(value),
            Self::Empty | Self::Unreadable(_) => None,
        }
    }

    /// The same outcome with its value changed.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> ParseOutcome<U> {
        match self {
            Self::Empty => ParseOutcome::Empty,
            Self::Value(value) => ParseOutcome::Value(change(value)),
            Self::Doubtful(value, reason) => ParseOutcome::Doubtful(change(value), reason),
            Self::Unreadable(reason) => ParseOutcome::Unreadable(reason),
        }
    }

    /// Why the value is in doubt or missing; absent when nothing is wrong.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Doubtful(_, reason) | Self::Unreadable(reason) => Some(reason),
            Self::Empty | Self::Value(_) => None,
        }
    }

    /// The value in doubt for one more reason; an empty or unreadable outcome stays as it is.
    pub(super) fn doubt(self, reason: &str) -> Self {
        match self {
            Self::Value(value) => Self::Doubtful(value, reason.to_owned()),
            Self::Doubtful(value, first) => Self::Doubtful(value, format!("{first}; {reason}")),
            other => other,
        }
    }
}
