//! One rule.

use crate::records::issue::Severity;
use crate::sql::Statement;

/// A rule that the rows of a catalog must keep.
#[derive(Debug, Clone, PartialEq)]
pub struct QualityCheck {
    /// Its name: the stem of its file, or table, column and kind of fact as in
    /// `images.kvp_kv.range`.
    pub name: String,
    /// How much a row matters: an error must not be used as it is, a warning is doubtful, an info
    /// is worth knowing.
    pub severity: Severity,
    /// What its rows are.
    pub title: String,
    /// Why they are wrong.
    pub means: String,
    /// What to do about them.
    pub advice: String,
    /// The code of the finding by which the indexer reports the same fault; absent where it has none.
    pub finding: Option<String>,
    /// The rows that it tolerates.
    pub tolerance: CheckTolerance,
    /// The columns of its rows that identify one; all columns where it is empty.
    pub key: Vec<String>,
    /// Its provenance.
    pub origin: CheckOrigin,
    pub(super) rule: CheckRule,
}

/// The rows that a check tolerates: it passes while they exceed only one of both limits.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct CheckTolerance {
    /// Rows.
    pub rows: u64,
    /// Rows as a share of those that the check applies to, in per cent.
    pub percent: f64,
}

impl CheckTolerance {
    /// Whether so many rows are tolerated, of so many that the check applies to.
    pub fn covers(self, rows: u64, population: Option<u64>) -> bool {
        let share = population.filter(|all| *all > 0).map(|all| 100.0 * rows as f64 / all as f64);
        rows <= self.rows || share.is_some_and(|share| share <= self.percent)
    }
}

/// The provenance of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckOrigin {
    /// A file of `schema/checks`.
    Program,
    /// A fact of `schema/tables`.
    Fact,
    /// A file of the catalog's folder `checks`.
    Catalog,
}

impl CheckOrigin {
    /// The word in tables of results.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Program => "program",
            Self::Fact => "fact",
            Self::Catalog => "catalog",
        }
    }
}

/// How the rows of a check are found.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum CheckRule {
    /// Rows of one table by a condition, so that many such rules are counted by one scan.
    Rows {
        /// The table.
        table: &'static str,
        /// The columns that are shown, as SQL.
        columns: String,
        /// The condition of the rows that the rule applies to.
        applies: String,
        /// The condition of those of them that break it.
        breaks: String,
        /// The columns by which the rows are sorted, as SQL.
        order: String,
    },
    /// A query of the rows, and what follows `FROM` in the query that counts the rows it applies to.
    Query { sql: String, population: Option<String> },
    /// The file of the check cannot be used.
    Unusable(String),
}

impl QualityCheck {
    /// The query that returns the rows that break the rule; its first columns say where they are.
    pub fn sql(&self) -> String {
        match &self.rule {
            CheckRule::Rows { table, columns, applies, breaks, order } => format!(
                "SELECT {columns}\nFROM {table}\nWHERE ({applies}) AND ({breaks})\nORDER BY {order}"
            ),
            CheckRule::Query { sql, .. } => sql.clone(),
            CheckRule::Unusable(reason) => format!("-- {reason}"),
        }
    }

    /// The same as a statement.
    pub fn statement(&self) -> Statement {
        Statement::new(self.sql())
    }

    /// Name, severity, meaning and advice, in lines for a reader.
    pub fn explained(&self) -> String {
        let Self { name, severity, title, means, advice, .. } = self;
        let mut text = format!("{name} ({severity}): {title}\n{means}\nWhat to do: {advice}\n");
        if let Some(code) = &self.finding {
            text.push_str(&format!(
                "Where one file or cell shows it, the table issues has a finding {code}.\n"
            ));
        }
        text
    }
}
