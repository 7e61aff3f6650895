//! The request for a Table 1.

/// What divides the patients into groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupBy {
    /// The values of a column of patients.
    Column(String),
    /// Bands of a numeric column of patients.
    Band {
        /// The column.
        column: String,
        /// The width of a band, from 0 on.
        width: u32,
    },
    /// Named parts, such as those of a split.
    Parts {
        /// The names, in the order of the table.
        names: Vec<String>,
        /// A relation of SQL with the columns case_id and split.
        relation: String,
    },
}

/// What a Table 1 shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table1Request {
    /// What divides the patients into groups; none for one column of all.
    pub by: Option<GroupBy>,
    /// The characteristics; empty for those of `schema/summaries/table1.toml`.
    pub columns: Vec<String>,
    /// Characteristics shown by level, whatever their type.
    pub categorical: Vec<String>,
    /// Characteristics shown by median and quartiles.
    pub skewed: Vec<String>,
    /// The smallest count that may be shown; none to show all.
    pub min_cell: Option<u64>,
}
