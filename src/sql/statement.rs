//! The statements of a script, and what each does.

use std::collections::BTreeSet;

use super::lexer::tokens;
use super::token::{Token, TokenKind};

/// What a statement does, by its first words. That of EXPLAIN and PREPARE is that of the statement which
/// they explain or prepare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// SELECT, FROM, WITH, VALUES, TABLE or a parenthesis: rows.
    Query,
    /// PIVOT and UNPIVOT: rows, after a look at the values that become columns.
    Pivot,
    /// DESCRIBE, SHOW, SUMMARIZE: what there is.
    Describe,
    /// CREATE, DROP, ALTER.
    Define,
    /// INSERT, UPDATE, DELETE, MERGE, TRUNCATE.
    Change,
    /// COPY.
    Copy,
    /// EXPORT DATABASE.
    Export,
    /// IMPORT DATABASE.
    Import,
    /// ATTACH.
    Attach,
    /// DETACH, USE.
    Database,
    /// SET, RESET, PRAGMA.
    Set,
    /// CALL.
    Call,
    /// INSTALL, LOAD and the like.
    Extension,
    /// EXECUTE.
    Execute,
    /// BEGIN, START.
    Begin,
    /// COMMIT, END, ROLLBACK, ABORT.
    Finish,
    /// DEALLOCATE, CHECKPOINT, VACUUM, ANALYZE, COMMENT.
    Maintain,
    /// Anything else, and nothing.
    Other,
}

impl Verb {
    fn of(word: &str) -> Self {
        match word {
            "select" | "from" | "with" | "values" | "table" | "(" => Self::Query,
            "pivot" | "pivot_wider" | "pivot_longer" | "unpivot" => Self::Pivot,
            "describe" | "desc" | "show" | "summarize" => Self::Describe,
            "create" | "drop" | "alter" => Self::Define,
            "insert" | "update" | "delete" | "merge" | "truncate" => Self::Change,
            "copy" => Self::Copy,
            "export" => Self::Export,
            "import" => Self::Import,
            "attach" => Self::Attach,
            "detach" | "use" => Self::Database,
            "set" | "reset" | "pragma" => Self::Set,
            "call" => Self::Call,
            "install" | "load" | "force" => Self::Extension,
            "execute" => Self::Execute,
            "begin" | "start" => Self::Begin,
            "commit" | "end" | "rollback" | "abort" => Self::Finish,
            "deallocate" | "checkpoint" | "vacuum" | "analyze" | "analyse" | "comment" => {
                Self::Maintain
            }
            _ => Self::Other,
        }
    }

    /// Whether it returns rows and does nothing else.
    pub fn only_reads(self) -> bool {
        matches!(self, Self::Query | Self::Describe)
    }
}

/// What becomes of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatementMode {
    /// It is run.
    Run,
    /// It is explained; with ANALYZE it is run as well.
    Explain,
    /// It is prepared, for an EXECUTE later.
    Prepare,
}

/// One statement of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Its text without the `;`, after as many line breaks as are before it in the script, so that DuckDB
    /// names the script's lines in its errors.
    pub sql: String,
    /// Whether a `;` ended it.
    pub ended: bool,
    /// What it does.
    pub verb: Verb,
    /// Its first word in lower case, after EXPLAIN and PREPARE.
    pub word: String,
    /// Whether it is run, explained or prepared.
    pub mode: StatementMode,
    /// Where the statement begins within EXPLAIN or PREPARE, in bytes of `sql`.
    pub start: usize,
    /// Lines of the script before it that `sql` does not begin with: in a script of very many statements.
    pub lines_omitted: usize,
}

impl Statement {
    /// A whole statement.
    pub fn new(sql: impl Into<String>) -> Self {
        Self::classified(sql.into(), true)
    }

    fn classified(sql: String, ended: bool) -> Self {
        let tokens = tokens(&sql);
        let code: Vec<&Token<'_>> = tokens.iter().filter(|token| token.is_code()).collect();
        let (place, mode) = head(&code);
        let first = code.get(place);
        let word = first.map_or(String::new(), |token| token.text.to_lowercase());
        let verb = match first {
            Some(token) if token.kind == TokenKind::Word || token.is("(") => Verb::of(&word),
            _ => Verb::Other,
        };
        let start = first.map_or(sql.len(), |token| token.range.start);
        Self { ended, verb, word, mode, start, sql, lines_omitted: 0 }
    }

    /// Whether it can be in parentheses as a relation of another statement.
    pub fn is_relation(&self) -> bool {
        matches!(self.verb, Verb::Query | Verb::Pivot) && self.mode == StatementMode::Run
    }

    /// Whether it does something and has no rows to show.
    pub fn is_silent(&self) -> bool {
        match (self.mode, self.verb) {
            (StatementMode::Prepare, _) => true,
            (StatementMode::Explain, _) => false,
            (
                _,
                Verb::Define
                | Verb::Attach
                | Verb::Database
                | Verb::Export
                | Verb::Import
                | Verb::Extension
                | Verb::Begin
                | Verb::Finish
                | Verb::Maintain,
            ) => true,
            _ => matches!(self.word.as_str(), "set" | "reset" | "truncate"),
        }
    }
}

/// The first token after `EXPLAIN [ANALYZE] [(options)]` and `PREPARE name [(types)] AS`, and what these say.
fn head(code: &[&Token<'_>]) -> (usize, StatementMode) {
    let is = |place: usize, word: &str| code.get(place).is_some_and(|token| token.is(word));
    let (mut place, mut mode) = (0, StatementMode::Run);
    loop {
        if is(place, "explain") {
            mode = StatementMode::Explain;
            place += 1;
            while is(place, "analyze") || is(place, "analyse") || is(place, "verbose") {
                place += 1;
            }
            place = options_end(code, place).unwrap_or(place);
        } else if is(place, "prepare") {
            mode = StatementMode::Prepare;
            let Some(length) = code.iter().skip(place).position(|token| token.is("as")) else {
                return (place, mode);
            };
            place += length + 1;
        } else {
            return (place, mode);
        }
    }
}

/// The place after the options of EXPLAIN: a parenthesis that does not begin a query. An option is a
/// word, so that `(FORMAT json)` is none of the words that a query begins with.
fn options_end(code: &[&Token<'_>], start: usize) -> Option<usize> {
    if !code.get(start)?.is("(") {
        return None;
    }
    let first = code.get(start + 1)?;
    let queries = ["select", "from", "with", "values", "table", "("];
    if queries.iter().any(|word| first.is(word)) {
        return None;
    }
    let mut depth = 0_usize;
    for (place, token) in code.iter().enumerate().skip(start) {
        if token.is("(") {
            depth += 1;
        } else if token.is(")") {
            depth -= 1;
            if depth == 0 {
                return Some(place + 1);
            }
        }
    }
    None
}

/// Every name that a text writes, quoted or not, in lower case; keywords are among them.
pub fn names(text: &str) -> BTreeSet<String> {
    tokens(text).iter().filter_map(Token::name).map(|name| name.to_lowercase()).collect()
}

/// Line breaks before all statements of a script together: a statement's own grow with its place.
const MOST_BREAKS: usize = 16 << 20;

/// The statements of a script; those of white space and comments alone are skipped.
pub fn statements(script: &str) -> Vec<Statement> {
    let mut statements = Vec::new();
    let (mut start, mut lines, mut breaks) = (0, 0, 0);
    // Where the statement's last token ends: white space after it is not part of it.
    let mut code_end = None;
    let mut push = |start: usize, next: usize, code_end: Option<usize>, ended: bool| {
        if let Some(end) = code_end {
            breaks += lines;
            let before = if breaks > MOST_BREAKS { 0 } else { lines };
            let sql = format!("{}{}", "\n".repeat(before), &script[start..end]);
            let classified = Statement::classified(sql, ended);
            statements.push(Statement { lines_omitted: lines - before, ..classified });
        }
        lines += script[start..next].matches('\n').count();
    };
    for token in tokens(script) {
        if token.kind == TokenKind::End {
            push(start, token.range.end, code_end.take(), true);
            start = token.range.end;
        } else if token.is_code() {
            code_end = Some(token.range.end);
        }
    }
    push(start, script.len(), code_end, false);
    statements
}

/// Whether the text can be run as it is: it ends with a `;`, or has nothing but white space and
/// comments. Within an open quote or comment it cannot.
pub fn is_complete(script: &str) -> bool {
    tokens(script).iter().fold(true, |complete, token| token.leaves_complete(complete))
}
