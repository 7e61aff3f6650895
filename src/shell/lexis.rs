//! SQL cut into words, for colours and for completion; quoting is that of `catalog::script`.

use std::ops::Range;

use crate::catalog::script::{self, Piece};

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
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
pub(super) struct Token<'t> {
    pub(super) kind: Kind,
    pub(super) text: &'t str,
    pub(super) at: Range<usize>,
    /// False for a quote or comment that the text ends within.
    pub(super) closed: bool,
}

impl Token<'_> {
    /// Whether it is that word or symbol, in any case.
    pub(super) fn is(&self, text: &str) -> bool {
        matches!(self.kind, Kind::Word | Kind::Symbol) && self.text.eq_ignore_ascii_case(text)
    }

    /// The name that it stands for, when it is one.
    pub(super) fn name(&self) -> Option<String> {
        match self.kind {
            Kind::Word => Some(self.text.to_owned()),
            Kind::Name => {
                let inner = self.text.strip_prefix('"')?;
                let inner = if self.closed { inner.strip_suffix('"')? } else { inner };
                Some(inner.replace("\"\"", "\""))
            }
            _ => None,
        }
    }
}

/// The tokens of a text in order, white space left out.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut found: Vec<Token<'_>> = Vec::new();
    for (piece, at, closed) in script::pieces(text) {
        let kind = match piece {
            Piece::Space => continue,
            Piece::Literal => Kind::Literal,
            Piece::Name => Kind::Name,
            Piece::Comment => Kind::Comment,
            Piece::Character => {
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
                    Kind::Number
                } else if c.is_alphabetic() || c == '_' {
                    Kind::Word
                } else {
                    Kind::Symbol
                }
            }
        };
        found.push(Token { kind, text: &text[at.clone()], at, closed });
    }
    found
}

/// Whether a character goes on with the token before it.
fn belongs(token: &Token<'_>, c: char) -> bool {
    match token.kind {
        Kind::Word => c.is_alphanumeric() || c == '_',
        Kind::Number => c.is_ascii_alphanumeric() || c == '.' || c == '_',
        Kind::Symbol => {
            let part = |c: char| matches!(c, '<' | '>' | '=' | '!' | ':' | '|' | '~');
            part(c) && token.text.chars().all(part)
        }
        _ => false,
    }
}
