//! Completions: commands, tables, columns with their type, cohorts, splits, macros, values, and what
//! DuckDB itself suggests.

use std::cell::OnceCell;
use std::collections::HashSet;
use std::rc::Rc;

use super::candidate::CompletionCandidate;
use super::scope;
use super::values::ColumnValues;
use crate::catalog::Catalog;
use crate::quality;
use crate::results::{ResultFormat, escape};
use crate::shell::commands::{self, COMMANDS, CommandWord, ShellCommand};
use crate::shell::relations::{self, ListedRelation, plain};
use crate::shell::saved_queries;
use crate::sql::{Token, TokenKind, literal, visible_tokens};
use crate::tables::snapshot;
use crate::text::counted;

/// Words that a statement usually begins with.
const BEGINNINGS: &[&str] = &["SELECT", "FROM", "WITH", "DESCRIBE", "SUMMARIZE", "PIVOT"];

/// The most candidates that are returned.
const MOST: usize = 1_000;

/// A relation and the name and type of each of its columns.
struct CompletionRelation {
    relation: ListedRelation,
    columns: Vec<(String, String)>,
}

/// Completes for one catalog; its tables and columns are read on first use.
pub(in crate::shell) struct SqlCompleter {
    catalog: Rc<Catalog>,
    known: OnceCell<Vec<CompletionRelation>>,
    values: ColumnValues,
}

impl SqlCompleter {
    pub(in crate::shell) fn new(catalog: Rc<Catalog>) -> Self {
        Self { catalog, known: OnceCell::new(), values: ColumnValues::default() }
    }

    /// Whether the name of a file is being typed.
    pub(in crate::shell) fn wants_file(&self, before: &str) -> bool {
        matches!(argument(before), Some((CommandWord::File, _)))
    }

    /// Where the word at the cursor begins, and what it could become.
    pub(in crate::shell) fn complete(
        &self,
        line: &str,
        cursor: usize,
    ) -> (usize, Vec<CompletionCandidate>) {
        let before = &line[..cursor];
        if before.trim_start().starts_with('.') && !before.contains('\n') {
            return self.command(line, before);
        }
        self.sql(line, before)
    }

    fn command(&self, line: &str, before: &str) -> (usize, Vec<CompletionCandidate>) {
        let Some((word, start)) = argument(before) else {
            let start = before.len() - before.trim_start().len();
            let typed = &before[start..];
            let begun = COMMANDS.iter().filter(|command| command.name.starts_with(typed));
            let candidate = |command: &ShellCommand| {
                let space = if command.usage.is_empty() { "" } else { " " };
                CompletionCandidate {
                    shown: command.name.into(),
                    typed: format!("{}{space}", command.name),
                }
            };
            return (start, begun.map(candidate).collect());
        };
        if word == CommandWord::Sql {
            return self.sql(line, before);
        }
        let typed = &before[start..];
        let candidates = match word {
            CommandWord::Free | CommandWord::File | CommandWord::Sql => Vec::new(),
            CommandWord::OneOf(words) => {
                words.iter().map(|word| CompletionCandidate::new(*word)).collect()
            }
            CommandWord::Format => {
                ResultFormat::ALL.iter().map(|f| CompletionCandidate::new(f.name())).collect()
            }
            CommandWord::Check => quality::checks()
                .iter()
                .map(|c| CompletionCandidate::new(c.name.as_str()))
                .collect(),
            CommandWord::Command => {
                COMMANDS.iter().map(|c| CompletionCandidate::new(c.name)).collect()
            }
            CommandWord::Query => saved_queries::names()
                .unwrap_or_default()
                .into_iter()
                .map(CompletionCandidate::new)
                .collect(),
            CommandWord::Cohort => self.saved(&["cohorts"]),
            CommandWord::Snapshot => self.snapshots(),
            CommandWord::Split => self.saved(&["splits"]),
            CommandWord::Saved => self.saved(&["splits", "cohorts"]),
            CommandWord::Relation => self.relations(),
            CommandWord::Column => match typed.rsplit_once('.') {
                Some((of, _)) if self.named(of).is_some() => self
                    .columns(of)
                    .into_iter()
                    .map(|CompletionCandidate { shown, typed }| CompletionCandidate {
                        shown,
                        typed: format!("{of}.{typed}"),
                    })
                    .collect(),
                _ => self.relations(),
            },
        };
        (start, fitting(candidates, typed))
    }

    fn sql(&self, line: &str, before: &str) -> (usize, Vec<CompletionCandidate>) {
        let tokens = visible_tokens(before);
        if let Some(last) = tokens.last()
            && !last.closed
        {
            // A text is completed with a value, a comment not at all.
            let place = scope::value_at(&tokens).filter(|_| last.kind == TokenKind::Literal);
            return match place {
                Some(place) => (last.range.start + 1, self.value(line, &place)),
                None if last.kind == TokenKind::QuotedName => self.quoted(last),
                None => (before.len(), Vec::new()),
            };
        }
        let word =
            tokens.last().filter(|t| t.kind == TokenKind::Word && t.range.end == before.len());
        let start = word.map_or(before.len(), |word| word.range.start);
        let typed = &before[start..];
        let earlier = &tokens[..tokens.len() - usize::from(word.is_some())];
        if let Some(of) = scope::qualifier(earlier, start) {
            return (start, fitting(self.of_qualifier(line, &of), typed));
        }
        let mut candidates = Vec::new();
        if scope::wants_relation(earlier) {
            candidates.extend(self.relations());
        } else if scope::begins_statement(earlier) {
            if typed.is_empty() {
                candidates.extend(BEGINNINGS.iter().map(|word| CompletionCandidate::new(*word)));
            }
        } else if !typed.is_empty() || scope::wants_column(earlier) {
            candidates.extend(self.columns_in(line));
            candidates.extend(self.macros());
        }
        let mut candidates = fitting(candidates, typed);
        if !typed.is_empty() {
            candidates.extend(fitting(self.suggested(before, typed), typed));
        }
        // Of equal candidates the first says more: columns of the catalog come with their type.
        let mut texts = HashSet::new();
        candidates.retain(|candidate| texts.insert(candidate.typed.to_lowercase()));
        candidates.truncate(MOST);
        (start, candidates)
    }

    /// The completions of a name in double quotes that are not closed.
    fn quoted(&self, token: &Token<'_>) -> (usize, Vec<CompletionCandidate>) {
        let typed = token.name().unwrap_or_default().to_lowercase();
        let names = self.known().iter().flat_map(|known| {
            let columns = known.columns.iter().map(|(name, _)| name);
            columns.chain([&known.relation.name])
        });
        let mut names: Vec<&String> =
            names.filter(|name| name.to_lowercase().starts_with(&typed)).collect();
        names.sort();
        names.dedup();
        let candidate = |name: &&String| CompletionCandidate {
            shown: escape::visible(name).into_owned(),
            typed: format!("\"{}\"", name.replace('"', "\"\"")),
        };
        (token.range.start, names.iter().map(candidate).collect())
    }

    /// The relations of the catalog; none when it cannot be read.
    fn known(&self) -> &[CompletionRelation] {
        self.known.get_or_init(|| {
            let relations = relations::all(&self.catalog).unwrap_or_default();
            let known = |relation: ListedRelation| {
                let columns = relations::columns(&self.catalog, &relation).unwrap_or_default();
                CompletionRelation { relation, columns }
            };
            relations.into_iter().map(known).collect()
        })
    }

    fn named(&self, name: &str) -> Option<&CompletionRelation> {
        let name = name.replace('"', "");
        self.known().iter().find(|known| known.relation.shown().eq_ignore_ascii_case(&name))
    }

    fn relations(&self) -> Vec<CompletionCandidate> {
        self.known().iter().map(|known| CompletionCandidate::new(known.relation.typed())).collect()
    }

    fn saved(&self, schemas: &[&str]) -> Vec<CompletionCandidate> {
        let relations = self.known().iter().map(|known| &known.relation);
        relations
            .filter(|relation| schemas.contains(&relation.schema.as_str()))
            .map(|relation| CompletionCandidate::new(relation.name.as_str()))
            .collect()
    }

    /// The snapshots with their sizes.
    fn snapshots(&self) -> Vec<CompletionCandidate> {
        let described = |id: u32| {
            let snapshot = Catalog::describe(self.catalog.dir(), Some(id)).ok()?;
            let rows = |table: &str| snapshot.tables.get(table).map_or(0, |table| table.rows);
            let (patients, images) = (rows("patients"), rows("images"));
            Some(format!("{id}  {}, {}", counted(patients, "patient"), counted(images, "image")))
        };
        let candidate = |id: u32| CompletionCandidate {
            shown: described(id).unwrap_or_else(|| id.to_string()),
            typed: id.to_string(),
        };
        snapshot::ids(self.catalog.dir()).into_iter().map(candidate).collect()
    }

    fn columns(&self, of: &str) -> Vec<CompletionCandidate> {
        self.named(of).map(column_candidates).unwrap_or_default()
    }

    /// The relations that a statement names.
    fn in_scope(&self, line: &str) -> Vec<&CompletionRelation> {
        let named = scope::named(&visible_tokens(line));
        named.iter().filter_map(|name| self.named(name)).collect()
    }

    /// The columns of the relations that a statement names; of all while it names none.
    fn columns_in(&self, line: &str) -> Vec<CompletionCandidate> {
        let scope = self.in_scope(line);
        if scope.is_empty() {
            return self.known().iter().flat_map(column_candidates).collect();
        }
        scope.into_iter().flat_map(column_candidates).collect()
    }

    /// What can follow `NAME.`: the columns of a relation or alias, or the relations of a schema.
    fn of_qualifier(&self, line: &str, name: &str) -> Vec<CompletionCandidate> {
        let relation =
            scope::aliased(&visible_tokens(line), name).unwrap_or_else(|| name.to_owned());
        let columns = self.columns(&relation);
        if !columns.is_empty() {
            return columns;
        }
        let held = self.known().iter().filter(|known| known.relation.schema == name);
        held.map(|known| CompletionCandidate::new(plain(&known.relation.name))).collect()
    }

    fn macros(&self) -> Vec<CompletionCandidate> {
        let rows = self.catalog.rows::<(String, String)>(
            "SELECT DISTINCT function_name, coalesce(array_to_string(parameters, ', '), '')
             FROM duckdb_functions() WHERE NOT internal ORDER BY 1",
        );
        let candidate = |(name, parameters): (String, String)| CompletionCandidate {
            shown: format!("{name}({parameters})"),
            typed: format!("{name}("),
        };
        rows.unwrap_or_default().into_iter().map(candidate).collect()
    }

    /// DuckDB's own suggestions; keywords in the case in which the word was begun.
    fn suggested(&self, before: &str, typed: &str) -> Vec<CompletionCandidate> {
        let rows = self.catalog.rows::<(String, Option<String>)>(&format!(
            "SELECT suggestion, suggestion_type FROM sql_auto_complete({})",
            literal(before)
        ));
        let upper = typed.chars().all(|c| !c.is_lowercase());
        let candidate = |(text, kind): (String, Option<String>)| {
            let upper = upper && kind.as_deref() == Some("keyword");
            CompletionCandidate::new(if upper { text.to_uppercase() } else { text })
        };
        rows.unwrap_or_default().into_iter().map(candidate).collect()
    }

    /// The values of the column that a text is compared with.
    fn value(&self, line: &str, text: &scope::ComparedText) -> Vec<CompletionCandidate> {
        let has = |known: &&CompletionRelation| {
            known.columns.iter().any(|(name, _)| name.eq_ignore_ascii_case(&text.column))
        };
        let scope = self.in_scope(line);
        let relation = scope.into_iter().find(has).or_else(|| self.known().iter().find(has));
        let Some(known) = relation else { return Vec::new() };
        self.values.of(&self.catalog, &known.relation, &text.column, &text.typed)
    }
}

fn column_candidates(known: &CompletionRelation) -> Vec<CompletionCandidate> {
    let described = known.relation.described(&known.columns);
    let candidate = |(name, kind): &(String, String)| {
        let (unit, _) = described.words(name);
        let note = unit.map_or(kind.clone(), |unit| format!("{kind}, {unit}"));
        CompletionCandidate::with(plain(name), &note)
    };
    known.columns.iter().map(candidate).collect()
}

/// The candidates that begin with what is typed, in upper or lower case.
fn fitting(mut candidates: Vec<CompletionCandidate>, typed: &str) -> Vec<CompletionCandidate> {
    let typed = typed.to_lowercase();
    candidates.retain(|candidate| candidate.typed.to_lowercase().starts_with(&typed));
    candidates
}

/// The kind of the word at the end of a command, and where it begins; none while the command's own name
/// is typed, or for an unknown command.
fn argument(before: &str) -> Option<(CommandWord, usize)> {
    let trimmed = before.trim_start();
    if !trimmed.starts_with('.') || before.contains('\n') {
        return None;
    }
    let (name, rest) = trimmed.split_once(char::is_whitespace)?;
    let command = commands::find(name)?;
    let start = before.rfind(char::is_whitespace).map_or(0, |at| at + 1);
    let place =
        rest.split_whitespace().count() - usize::from(!before.ends_with(char::is_whitespace));
    let word = command.words.get(place).or(command.words.last())?;
    Some((*word, start))
}
