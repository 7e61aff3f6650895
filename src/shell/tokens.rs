//! SQL cut into words, for colours and for completion; quoting is that of `catalog::script`.

use std::ops::Range;

use crate::catalog::script::{self, ScriptPiece};

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SqlTokenKind {
    /// A name or keyword.
    Word,
    /// A name in double quotes.
    Name,
    /// A number.
    Number,
    /// A text in quotes or dollar quotes.
    Literal,
    /// A comment.
    Comment,
    /// An operator, a bracket, a comma.
    Symbol,
}

/// One token and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SqlToken<'t> {
    pub(super) kind: SqlTokenKind,
    pub(super) text: &'t str,
    pub(super) at: Range<usize>,
    /// False for a quote or comment that the text ends within.
    pub(super) closed: bool,
}

impl SqlToken<'_> {
    /// Whether it is that word or symbol, in any case.
    pub(super) fn is(&self, text: &str) -> bool {
        matches!(self.kind, SqlTokenKind::Word | SqlTokenKind::Symbol)
            && self.text.eq_ignore_ascii_case(text)
    }

    /// The name that it stands for, when it is one.
    pub(super) fn name(&self) -> Option<String> {
        match self.kind {
            SqlTokenKind::Word => Some(self.text.to_owned()),
            SqlTokenKind::Name => {
                let inner = self.text.strip_prefix('"')?;
                let inner = if self.closed { inner.strip_suffix('"')? } else { inner };
                Some(inner.replace("\"\"", "\""))
            }
            _ => None,
        }
    }
}

/// The tokens of a text in order, white space left out.
pub(super) fn tokens(text: &str) -> Vec<SqlToken<'_>> {
    let mut found: Vec<SqlToken<'_>> = Vec::new();
    for (piece, at, closed) in script::pieces(text) {
        let kind = match piece {
            ScriptPiece::Space => continue,
            ScriptPiece::Literal => SqlTokenKind::Literal,
            ScriptPiece::Name => SqlTokenKind::Name,
            ScriptPiece::Comment => SqlTokenKind::Comment,
            ScriptPiece::Character => {
                let c = text[at.clone()].chars().next().unwrap_or(' ');
                if let Some(last) = found.last_mut()
                    && last.at.end == at.start
                    && belongs(last, c)
                {
                    last.at.end = at.end;
                    last.text = &text[last.at.clone()];
                    continue;
                }
                if c.is_ascii_digit() {
                    SqlTokenKind::Number
                } else if c.is_alphabetic() || c == '_' {
                    SqlTokenKind::Word
                } else {
                    SqlTokenKind::Symbol
                }
            }
        };
        found.push(SqlToken { kind, text: &text[at.clone()], at, closed });
    }
    found
}

/// Whether a character goes on with the token before it.
fn belongs(token: &SqlToken<'_>, c: char) -> bool {
    match token.kind {
        SqlTokenKind::Word => c.is_alphanumeric() || c == '_',
        SqlTokenKind::Number => c.is_ascii_alphanumeric() || c == '.' || c == '_',
        SqlTokenKind::Symbol => {
            let part = |c: char| matches!(c, '<' | '>' | '=' | '!' | ':' | '|' | '~');
            part(c) && token.text.chars().all(part)
        }
        _ => false,
    }
}
