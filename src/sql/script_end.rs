//! Whether a script that grows line by line can be run, without a look at all of its text for every line.

use super::lexer::tokens;
use super::token::{Token, TokenKind};

/// What of the lines of a script so far decides how the next one is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptEnd {
    /// What the next line is read behind: the beginning of an open quote or comment, or a text in the place of one that
    /// the next line may go on with.
    head: String,
    /// Whether it could be run without the comment that it may end within.
    is_complete: bool,
    is_in_comment: bool,
}

impl Default for ScriptEnd {
    fn default() -> Self {
        Self { head: String::new(), is_complete: true, is_in_comment: false }
    }
}

impl ScriptEnd {
    /// Adds whole lines.
    pub fn add(&mut self, lines: &str) {
        let text = format!("{}{lines}", self.head);
        let tokens = tokens(&text);
        self.is_in_comment = false;
        for token in &tokens {
            if token.kind == TokenKind::Comment && !token.closed {
                self.is_in_comment = true;
            } else {
                self.is_complete = token.leaves_complete(self.is_complete);
            }
        }
        self.head = head(&tokens);
    }

    /// Whether the script can be run as it is, as [`super::is_complete`] says of a whole text.
    pub fn is_complete(&self) -> bool {
        self.is_complete && !self.is_in_comment
    }
}

/// What begins a text of the same kind as the one that these tokens end with.
fn head(tokens: &[Token<'_>]) -> String {
    let is_passed_over = |token: &&Token<'_>| {
        token.kind == TokenKind::Space
            || token.kind == TokenKind::Comment && token.text.starts_with("--")
    };
    let Some(last) = tokens.iter().rev().find(|token| !is_passed_over(token)) else {
        return String::new();
    };
    let quote = |mark: char| last.text.find(mark).map_or(last.text, |place| &last.text[..=place]);
    match last.kind {
        TokenKind::Literal if last.text.starts_with('$') => match last.closed {
            true => String::new(),
            false => last.text[..last.text[1..].find('$').map_or(1, |end| end + 2)].to_owned(),
        },
        // A literal goes on behind a line break.
        TokenKind::Literal if last.closed => format!("{}'\n", quote('\'')),
        TokenKind::Literal => quote('\'').to_owned(),
        TokenKind::QuotedName if !last.closed => quote('"').to_owned(),
        TokenKind::Comment if !last.closed => "/*".repeat(depth(last.text)),
        _ => String::new(),
    }
}

/// How deep the comments nest that a text ends within.
fn depth(comment: &str) -> usize {
    let (mut depth, mut rest) = (0_usize, comment.as_bytes());
    while let [_, others @ ..] = rest {
        rest = match rest {
            [b'/', b'*', others @ ..] => {
                depth += 1;
                others
            }
            [b'*', b'/', others @ ..] => {
                depth = depth.saturating_sub(1);
                others
            }
            _ => others,
        };
    }
    depth
}
