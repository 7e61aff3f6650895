//! What could follow what is typed: commands, tables, columns with their type, cohorts, splits,
//! macros, values, and whatever DuckDB itself suggests.

pub(super) mod scope;
mod values;

use std::cell::OnceCell;
use std::collections::HashSet;
use std::rc::Rc;

use super::commands::{self, COMMANDS, Word};
use super::lexis::{Kind, Token, tokens};
use super::relations::{self, Relation, plain};
use crate::catalog::Catalog;
use crate::catalog::script::literal;
use crate::quality;
use crate::render::{Format, escape};
use values::Values;

/// Candidates given at most.
const MOST: usize = 1_000;

/// One thing that could follow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Candidate {
    /// As it is listed, harmless to a terminal.
    pub(super) shown: String,
    /// As it is typed.
    pub(super) typed: String,
}

impl Candidate {
    fn new(typed: impl Into<String>) -> Self {
        let typed = typed.into();
        Self { shown: escape::visible(&typed).into_owned(), typed }
    }

    fn with(typed: String, note: &str) -> Self {
        let shown = format!("{typed}  {note}");
        Self { shown: escape::visible(&shown).into_owned(), typed }
    }
}

/// A relation and the name and type of each of its columns.
struct Known {
    relation: Relation,
    columns: Vec<(String, String)>,
}

/// Completes for one catalog, as it was when it was first asked.
pub(super) struct Completion {
    catalog: Rc<Catalog>,
    known: OnceCell<Vec<Known>>,
    values: Values,
}

impl Completion {
    pub(super) fn new(catalog: Rc<Catalog>) -> Self {
        Self { catalog, known: OnceCell::new(), values: Values::default() }
    }

    /// Whether the name of a file is being typed.
    pub(super) fn wants_file(&self, before: &str) -> bool {
        matches!(argument(before), Some((Word::File, _)))
    }

    /// Where the word at the cursor begins, and what it could become.
    pub(super) fn complete(&self, line: &str, cursor: usize) -> (usize, Vec<Candidate>) {
        let before = &line[..cursor];
        if before.trim_start().starts_with('.') && !before.contains('\n') {
            return self.command(line, before);
        }
        self.sql(line, before)
    }

    fn command(&self, line: &str, before: &str) -> (usize, Vec<Candidate>) {
        let Some((word, start)) = argument(before) else {
            let start = before.len() - before.trim_start().len();
            let typed = &before[start..];
            let begun = COMMANDS.iter().filter(|command| command.name.starts_with(typed));
            let candidate = |command: &commands::Command| {
                let space = if command.usage.is_empty() { "" } else { " " };
                Candidate { shown: command.name.into(), typed: format!("{}{space}", command.name) }
            };
            return (start, begun.map(candidate).collect());
        };
        if word == Word::Sql {
            return self.sql(line, before);
        }
        let typed = &before[start..];
        let found = match word {
            Word::Free | Word::File | Word::Sql => Vec::new(),
            Word::OneOf(words) => words.iter().map(|word| Candidate::new(*word)).collect(),
            Word::Format => Format::ALL.iter().map(|f| Candidate::new(f.name())).collect(),
            Word::Check => quality::checks().iter().map(|c| Candidate::new(c.name)).collect(),
            Word::Command => COMMANDS.iter().map(|c| Candidate::new(c.name)).collect(),
            Word::Cohort => {
                let mut names = self.saved(&["cohorts"]);
                names.push(Candidate::new("save"));
                names
            }
            Word::Split => self.saved(&["splits"]),
            Word::Saved => self.saved(&["splits", "cohorts"]),
            Word::Relation => self.relations(),
            Word::Column => match typed.rsplit_once('.') {
                Some((of, _)) if self.named(of).is_some() => self
                    .columns(of)
                    .into_iter()
                    .map(|Candidate { shown, typed }| Candidate {
                        shown,
                        typed: format!("{of}.{typed}"),
                    })
                    .collect(),
                _ => self.relations(),
            },
        };
        (start, fitting(found, typed))
    }

    fn sql(&self, line: &str, before: &str) -> (usize, Vec<Candidate>) {
        let tokens = tokens(before);
        if let Some(last) = tokens.last()
            && !last.closed
        {
            // Within a text it is a value or nothing, within a comment nothing.
            let place = scope::value_at(&tokens).filter(|_| last.kind == Kind::Literal);
            return match place {
                Some(place) => (last.at.start + 1, self.value(line, &place)),
                None if last.kind == Kind::Name => self.quoted(last),
                None => (before.len(), Vec::new()),
            };
        }
        let word = tokens.last().filter(|t| t.kind == Kind::Word && t.at.end == before.len());
        let start = word.map_or(before.len(), |word| word.at.start);
        let typed = &before[start..];
        let earlier = &tokens[..tokens.len() - usize::from(word.is_some())];
        if let Some(of) = scope::qualifier(earlier, start) {
            return (start, fitting(self.of_qualifier(line, &of), typed));
        }
        let mut found = Vec::new();
        if scope::wants_relation(earlier) {
            found.extend(self.relations());
        } else if !typed.is_empty() || scope::wants_column(earlier) {
            found.extend(self.columns_in(line));
            found.extend(self.macros());
        }
        let mut found = fitting(found, typed);
        if !typed.is_empty() {
            found.extend(fitting(self.suggested(before, typed), typed));
        }
        // The first of equal ones tells more: own columns come with their type.
        let mut seen = HashSet::new();
        found.retain(|candidate| seen.insert(candidate.typed.to_lowercase()));
        found.truncate(MOST);
        (start, found)
    }

    /// A name in double quotes that is still open.
    fn quoted(&self, token: &Token<'_>) -> (usize, Vec<Candidate>) {
        let typed = token.name().unwrap_or_default().to_lowercase();
        let names = self.known().iter().flat_map(|known| {
            let columns = known.columns.iter().map(|(name, _)| name);
            columns.chain([&known.relation.name])
        });
        let mut names: Vec<&String> =
            names.filter(|name| name.to_lowercase().starts_with(&typed)).collect();
        names.sort();
        names.dedup();
        let candidate = |name: &&String| Candidate {
            shown: escape::visible(name).into_owned(),
            typed: format!("\"{}\"", name.replace('"', "\"\"")),
        };
        (token.at.start, names.iter().map(candidate).collect())
    }

    /// What there is; nothing when the catalog cannot say.
    fn known(&self) -> &[Known] {
        self.known.get_or_init(|| {
            let relations = relations::all(&self.catalog).unwrap_or_default();
            let known = |relation: Relation| {
                let columns = relations::columns(&self.catalog, &relation).unwrap_or_default();
                Known { relation, columns }
            };
            relations.into_iter().map(known).collect()
        })
    }

    fn named(&self, name: &str) -> Option<&Known> {
        let name = name.replace('"', "");
        self.known().iter().find(|known| known.relation.shown().eq_ignore_ascii_case(&name))
    }

    fn relations(&self) -> Vec<Candidate> {
        self.known().iter().map(|known| Candidate::new(known.relation.typed())).collect()
    }

    fn saved(&self, schemas: &[&str]) -> Vec<Candidate> {
        let relations = self.known().iter().map(|known| &known.relation);
        relations
            .filter(|relation| schemas.contains(&relation.schema.as_str()))
            .map(|relation| Candidate::new(relation.name.as_str()))
            .collect()
    }

    fn columns(&self, of: &str) -> Vec<Candidate> {
        self.named(of).map(column_candidates).unwrap_or_default()
    }

    /// The relations that a statement speaks of.
    fn in_scope(&self, line: &str) -> Vec<&Known> {
        let named = scope::named(&tokens(line));
        named.iter().filter_map(|name| self.named(name)).collect()
    }

    /// The columns of the relations that a statement speaks of; of all when it speaks of none yet.
    fn columns_in(&self, line: &str) -> Vec<Candidate> {
        let scope = self.in_scope(line);
        if scope.is_empty() {
            return self.known().iter().flat_map(column_candidates).collect();
        }
        scope.into_iter().flat_map(column_candidates).collect()
    }

    /// What can follow `NAME.`: a relation's or its alias's columns, or what a schema holds.
    fn of_qualifier(&self, line: &str, name: &str) -> Vec<Candidate> {
        let relation = scope::aliased(&tokens(line), name).unwrap_or_else(|| name.to_owned());
        let columns = self.columns(&relation);
        if !columns.is_empty() {
            return columns;
        }
        let held = self.known().iter().filter(|known| known.relation.schema == name);
        held.map(|known| Candidate::new(plain(&known.relation.name))).collect()
    }

    fn macros(&self) -> Vec<Candidate> {
        let rows = self.catalog.texts(
            "SELECT DISTINCT function_name, array_to_string(parameters, ', ')
             FROM duckdb_functions() WHERE NOT internal ORDER BY 1",
        );
        let candidate = |row: Vec<Option<String>>| {
            let [name, parameters] = <[Option<String>; 2]>::try_from(row).ok()?;
            let name = name?;
            let shown = format!("{name}({})", parameters.unwrap_or_default());
            Some(Candidate { shown, typed: format!("{name}(") })
        };
        rows.unwrap_or_default().into_iter().filter_map(candidate).collect()
    }

    /// DuckDB's own suggestions; keywords in the case in which the word was begun.
    fn suggested(&self, before: &str, typed: &str) -> Vec<Candidate> {
        let rows = self.catalog.texts(&format!(
            "SELECT suggestion, suggestion_type FROM sql_auto_complete({})",
            literal(before)
        ));
        let upper = typed.chars().all(|c| !c.is_lowercase());
        let candidate = |row: Vec<Option<String>>| {
            let [text, kind] = <[Option<String>; 2]>::try_from(row).ok()?;
            let text = text?;
            let upper = upper && kind.as_deref() == Some("keyword");
            Some(Candidate::new(if upper { text.to_uppercase() } else { text }))
        };
        rows.unwrap_or_default().into_iter().filter_map(candidate).collect()
    }

    /// The values of the column that a text is compared with.
    fn value(&self, line: &str, place: &scope::Place) -> Vec<Candidate> {
        let has = |known: &&Known| {
            known.columns.iter().any(|(name, _)| name.eq_ignore_ascii_case(&place.column))
        };
        let scope = self.in_scope(line);
        let found = scope.into_iter().find(has).or_else(|| self.known().iter().find(has));
        let Some(known) = found else { return Vec::new() };
        self.values.of(&self.catalog, &known.relation, &place.column, &place.typed)
    }
}

fn column_candidates(known: &Known) -> Vec<Candidate> {
    let described = known.relation.described(&known.columns);
    let candidate = |(name, kind): &(String, String)| {
        let (unit, _) = described.words(name);
        let note = unit.map_or(kind.clone(), |unit| format!("{kind}, {unit}"));
        Candidate::with(plain(name), &note)
    };
    known.columns.iter().map(candidate).collect()
}

/// Those that begin as what is typed does, in any case.
fn fitting(mut found: Vec<Candidate>, typed: &str) -> Vec<Candidate> {
    let typed = typed.to_lowercase();
    found.retain(|candidate| candidate.typed.to_lowercase().starts_with(&typed));
    found
}

/// What the word at the end of a command is, and where it begins; none while the command's own name
/// is typed, or when there is no such command.
fn argument(before: &str) -> Option<(Word, usize)> {
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
