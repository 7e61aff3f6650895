//! One token of an SQL text.

use std::ops::Range;

/// The kind of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// A name or keyword.
    Word,
    /// A name in double quotes, `U&"…"` included.
    QuotedName,
    /// A number, or a parameter such as `$1`.
    Number,
    /// A text: `'…'`, with any prefix (`E`, `B`, `X`, `N`, `U&`), or `$tag$…$tag$`.
    Literal,
    /// A comment.
    Comment,
    /// White space.
    Space,
    /// The `;` at a statement's end.
    End,
    /// An operator, a bracket, a comma.
    Symbol,
}

/// One token and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token<'t> {
    /// Its kind.
    pub kind: TokenKind,
    /// Its text as written.
    pub text: &'t str,
    /// Its place in the whole text, in bytes.
    pub range: Range<usize>,
    /// False for a quote or comment that the text ends within.
    pub closed: bool,
}

impl Token<'_> {
    /// Whether it is that keyword or symbol, in any case.
    pub fn is(&self, text: &str) -> bool {
        matches!(self.kind, TokenKind::Word | TokenKind::Symbol)
            && self.text.eq_ignore_ascii_case(text)
    }

    /// Whether it is part of what DuckDB executes: neither white space nor comment.
    pub fn is_code(&self) -> bool {
        !matches!(self.kind, TokenKind::Space | TokenKind::Comment)
    }

    /// Whether a script with this token at its end can be run, by whether it could before: it ends with a `;`,
    /// or has nothing but white space and comments.
    pub(super) fn leaves_complete(&self, before: bool) -> bool {
        match self.kind {
            TokenKind::End => true,
            TokenKind::Space => before,
            TokenKind::Comment if self.closed => before,
            _ => false,
        }
    }

    /// The name that it writes, without quotes. None for a token of another kind, and for `U&"…"` with
    /// escapes, which DuckDB refuses.
    pub fn name(&self) -> Option<String> {
        match self.kind {
            TokenKind::Word => Some(self.text.to_owned()),
            TokenKind::QuotedName => {
                let plain = self.text.trim_start_matches(['U', 'u', '&']);
                let is_plain = plain.len() == self.text.len() || !plain.contains('\\');
                is_plain.then(|| unquoted(plain, '"', self.closed)).flatten()
            }
            _ => None,
        }
    }

    /// The text that it writes, without quotes. None for a token of another kind, and for a literal with
    /// a prefix or of several parts, whose meaning DuckDB alone decides.
    pub fn value(&self) -> Option<String> {
        if self.kind != TokenKind::Literal || !self.closed {
            return None;
        }
        if self.text.starts_with('$') {
            let tag = self.text[1..].find('$')? + 2;
            return self.text.get(tag..self.text.len().checked_sub(tag)?).map(str::to_owned);
        }
        let value = unquoted(self.text, '\'', self.closed)?;
        // 'one' ⏎ 'two' is one literal.
        let quotes = self.text.matches('\'').count();
        (quotes == value.matches('\'').count() * 2 + 2).then_some(value)
    }
}

fn unquoted(text: &str, quote: char, closed: bool) -> Option<String> {
    let inner = text.strip_prefix(quote)?;
    let inner = if closed { inner.strip_suffix(quote)? } else { inner };
    let double: String = [quote, quote].iter().collect();
    Some(inner.replace(&double, &quote.to_string()))
}
