//! SQL as text: quoting, and where one statement of a script ends.

use std::path::Path;

/// A text as an SQL literal.
pub fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A name as a quoted SQL identifier.
pub fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A path such that DuckDB reads this one file, whatever wildcards its name holds. None when the
/// path is not UTF-8.
pub fn path_pattern(path: &Path) -> Option<String> {
    let mut pattern = String::new();
    for c in path.to_str()?.chars() {
        match c {
            '*' | '?' | '[' => pattern.extend(['[', c, ']']),
            _ => pattern.push(c),
        }
    }
    Some(pattern)
}

/// One statement of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Its text without the `;`, after as many line breaks as stand before it in the script, so
    /// that DuckDB names the script's lines in its errors.
    pub sql: String,
    /// Whether a `;` ended it.
    pub ended: bool,
}

/// The statements of a script, those that are blank or mere comment left out.
///
/// A `;` within quotes, dollar quotes or comments ends nothing; these follow DuckDB's grammar:
/// `''` and `""` double, `E'\''` escapes, `$tag$ … $tag$`, `--` to the line's end, and `/* … */`,
/// which nests.
pub fn statements(script: &str) -> Vec<Statement> {
    let mut found = Vec::new();
    let (mut start, mut at, mut blank) = (0, 0, true);
    while at < script.len() {
        let (length, token) = token(script, at);
        match token {
            ScriptToken::End => {
                push(&mut found, script, start..at, true, blank);
                (start, blank) = (at + length, true);
            }
            ScriptToken::Text => blank = false,
            ScriptToken::Space | ScriptToken::OpenComment => {}
            ScriptToken::Open => blank = false,
        }
        at += length;
    }
    push(&mut found, script, start..script.len(), false, blank);
    found
}

fn push(
    found: &mut Vec<Statement>,
    script: &str,
    range: std::ops::Range<usize>,
    ended: bool,
    blank: bool,
) {
    if !blank {
        let lines = script[..range.start].matches('\n').count();
        let sql = format!("{}{}", "\n".repeat(lines), &script[range]);
        found.push(Statement { sql, ended });
    }
}

/// Whether the text can be run as it stands: it ends with a `;`, or holds nothing but blanks and
/// comments. Within an open quote or comment it is not.
pub fn is_complete(script: &str) -> bool {
    let (mut at, mut complete) = (0, true);
    while at < script.len() {
        let (length, token) = token(script, at);
        complete = match token {
            ScriptToken::End => true,
            ScriptToken::Space => complete,
            ScriptToken::Text | ScriptToken::Open | ScriptToken::OpenComment => false,
        };
        at += length;
    }
    complete
}

/// The first word of a statement in lower case, comments before it passed over.
pub fn keyword(sql: &str) -> String {
    first_word(sql).0
}

/// The first word of a statement in lower case, and what follows it.
pub(super) fn first_word(sql: &str) -> (String, &str) {
    let mut at = 0;
    while at < sql.len() {
        let (length, token) = token(sql, at);
        if !matches!(token, ScriptToken::Space) {
            let rest = &sql[at..];
            let end = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
            return (rest[..end].to_lowercase(), &rest[end..]);
        }
        at += length;
    }
    (String::new(), "")
}

/// What a piece of a script is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScriptPiece {
    /// A text: `'…'`, `E'…'` without its `E`, or `$tag$…$tag$`.
    Literal,
    /// A quoted name.
    Name,
    /// A comment.
    Comment,
    /// White space.
    Space,
    /// One character of anything else, `;` included.
    Character,
}

/// A script cut into pieces, in order and without gaps: what each is, where it stands, and whether
/// it is closed, which is false for a quote or comment that the text ends within.
pub fn pieces(script: &str) -> impl Iterator<Item = (ScriptPiece, std::ops::Range<usize>, bool)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let first = script[at..].chars().next()?;
        let (length, token) = token(script, at);
        let piece = match (&token, first) {
            (ScriptToken::Open | ScriptToken::Text, '\'') => ScriptPiece::Literal,
            (ScriptToken::Open | ScriptToken::Text, '$') if length > 1 => ScriptPiece::Literal,
            (ScriptToken::Open | ScriptToken::Text, '"') => ScriptPiece::Name,
            (ScriptToken::Space | ScriptToken::OpenComment, '-' | '/') => ScriptPiece::Comment,
            (ScriptToken::Space, _) => ScriptPiece::Space,
            _ => ScriptPiece::Character,
        };
        let range = at..at + length;
        at = range.end;
        Some((piece, range, !matches!(token, ScriptToken::Open | ScriptToken::OpenComment)))
    })
}

enum ScriptToken {
    /// A `;`.
    End,
    /// White space or a comment.
    Space,
    /// Anything else.
    Text,
    /// A quote that nothing closes.
    Open,
    /// A comment that nothing closes.
    OpenComment,
}

/// Length and kind of what begins at `at`.
fn token(script: &str, at: usize) -> (usize, ScriptToken) {
    let rest = &script[at..];
    let first = rest.chars().next().unwrap_or(' ');
    match first {
        ';' => (1, ScriptToken::End),
        '\'' => {
            let escapes = escape_prefix(&script[..at]);
            quoted(rest, '\'', escapes)
        }
        '"' => quoted(rest, '"', false),
        '$' if !script[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_') => dollar(rest),
        '-' if rest.starts_with("--") => {
            (rest.find('\n').unwrap_or(rest.len()), ScriptToken::Space)
        }
        '/' if rest.starts_with("/*") => block_comment(rest),
        c if c.is_whitespace() => (c.len_utf8(), ScriptToken::Space),
        c => (c.len_utf8(), ScriptToken::Text),
    }
}

/// Whether the text before a quote is the `E` of an escape string.
fn escape_prefix(before: &str) -> bool {
    let mut back = before.chars().rev();
    matches!(back.next(), Some('e' | 'E'))
        && !back.next().is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '"')
}

fn quoted(rest: &str, quote: char, escapes: bool) -> (usize, ScriptToken) {
    let mut chars = rest.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if escapes && c == '\\' {
            chars.next();
        } else if c == quote {
            if chars.peek().is_some_and(|(_, next)| *next == quote) {
                chars.next();
            } else {
                return (at + c.len_utf8(), ScriptToken::Text);
            }
        }
    }
    (rest.len(), ScriptToken::Open)
}

fn dollar(rest: &str) -> (usize, ScriptToken) {
    let tag = rest[1..].find('$').map(|end| &rest[..end + 2]);
    let named = |tag: &&str| {
        let name = &tag[1..tag.len() - 1];
        name.chars().all(|c| c.is_alphanumeric() || c == '_')
            && !name.starts_with(|c: char| c.is_ascii_digit())
    };
    match tag.filter(named) {
        None => (1, ScriptToken::Text),
        Some(tag) => match rest[tag.len()..].find(tag) {
            Some(end) => (end + 2 * tag.len(), ScriptToken::Text),
            None => (rest.len(), ScriptToken::Open),
        },
    }
}

fn block_comment(rest: &str) -> (usize, ScriptToken) {
    let (mut depth, mut at) = (0_usize, 0);
    while at < rest.len() {
        let tail = &rest[at..];
        if tail.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if tail.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return (at, ScriptToken::Space);
            }
        } else {
            at += tail.chars().next().map_or(1, char::len_utf8);
        }
    }
    (rest.len(), ScriptToken::OpenComment)
}
