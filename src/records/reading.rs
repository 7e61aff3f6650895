//! What came of reading one cell: nothing there, a value, a value in doubt, or no value.

/// The outcome of a grammar. The reasons are plain English and never repeat the raw text.
#[derive(Debug, Clone, PartialEq)]
pub enum ParseOutcome<T> {
    /// The cell says nothing (see [`super::text::is_blank`]).
    Empty,
    /// Read without doubt.
    Value(T),
    /// Read, but a person should look: the best value and why it is in doubt.
    Doubtful(T, String),
    /// Something stands there that the grammar cannot read, and why.
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
            Self::Doubtful(value, why) => ParseOutcome::Doubtful(change(value), why),
            Self::Unreadable(why) => ParseOutcome::Unreadable(why),
        }
    }

    /// Why the value is in doubt or missing; absent when nothing is wrong.
    pub fn why(&self) -> Option<&str> {
        match self {
            Self::Doubtful(_, why) | Self::Unreadable(why) => Some(why),
            Self::Empty | Self::Value(_) => None,
        }
    }

    /// The value in doubt for one more reason; an empty or unreadable outcome stays as it is.
    pub(super) fn doubt(self, why: &str) -> Self {
        match self {
            Self::Value(value) => Self::Doubtful(value, why.to_owned()),
            Self::Doubtful(value, first) => Self::Doubtful(value, format!("{first}; {why}")),
            other => other,
        }
    }
}
