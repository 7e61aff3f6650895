//! The formats of a result, by name and by the ending of a file.

use std::path::Path;

/// The format of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResultFormat {
    /// A grid for reading.
    Table,
    /// Comma-separated values (RFC 4180, lines ended by a line feed).
    Csv,
    /// The same with tabs between the cells.
    Tsv,
    /// One JSON array of objects.
    Json,
    /// One JSON object per line.
    Jsonl,
    /// A Markdown table.
    Markdown,
    /// An HTML table.
    Html,
    /// One line per cell: `column = value`.
    Line,
    /// A LaTeX table with the rules of booktabs.
    Latex,
    /// Parquet.
    Parquet,
    /// An Excel workbook with one sheet.
    Xlsx,
    /// A Word document with one table.
    Docx,
}

impl ResultFormat {
    /// Every format, in the order of the help.
    pub const ALL: &'static [Self] = &[
        Self::Table,
        Self::Csv,
        Self::Tsv,
        Self::Json,
        Self::Jsonl,
        Self::Markdown,
        Self::Html,
        Self::Line,
        Self::Latex,
        Self::Parquet,
        Self::Xlsx,
        Self::Docx,
    ];

    /// Its name in options and commands.
    pub fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Markdown => "markdown",
            Self::Html => "html",
            Self::Line => "line",
            Self::Latex => "latex",
            Self::Parquet => "parquet",
            Self::Xlsx => "xlsx",
            Self::Docx => "docx",
        }
    }

    /// The format of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|format| format.name() == name)
    }

    /// The format of a file with that ending.
    pub fn of_path(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "csv" => Some(Self::Csv),
            "tsv" => Some(Self::Tsv),
            "tex" => Some(Self::Latex),
            "json" => Some(Self::Json),
            "jsonl" | "ndjson" => Some(Self::Jsonl),
            "md" | "markdown" => Some(Self::Markdown),
            "html" | "htm" => Some(Self::Html),
            "parquet" => Some(Self::Parquet),
            "xlsx" => Some(Self::Xlsx),
            "docx" => Some(Self::Docx),
            "txt" => Some(Self::Table),
            _ => None,
        }
    }

    /// Whether a file of this format holds exactly one result. A workbook has a sheet for each.
    pub fn holds_one(self) -> bool {
        matches!(self, Self::Json | Self::Parquet | Self::Docx)
    }

    /// Whether the format is bytes that are not text.
    pub fn is_binary(self) -> bool {
        matches!(self, Self::Parquet | Self::Xlsx | Self::Docx)
    }

    /// Whether cells are separated by a character that is not part of them.
    pub fn is_delimited(self) -> bool {
        matches!(self, Self::Csv | Self::Tsv)
    }

    /// Whether programs read the format, which then has the numbers themselves.
    pub fn is_data(self) -> bool {
        matches!(
            self,
            Self::Csv | Self::Tsv | Self::Json | Self::Jsonl | Self::Parquet | Self::Xlsx
        )
    }
}
