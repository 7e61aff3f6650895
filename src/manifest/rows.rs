//! The rows of a manifest as one query from `manifest_images`: columns, label, order.

use super::error::ManifestError;
use super::path_style::PathStyle;
use super::request::{ManifestFormat, ManifestOptions, RowGrain};
use super::selection::drawn;
use super::source::ManifestSource;
use crate::catalog::Catalog;
use crate::split;
use crate::sql::{self, identifier, literal};
use crate::text::nearest;

/// The columns of an image's row, by default.
pub const IMAGE: [&str; 7] =
    ["split", "case_id", "diagnosis", "view", "laterality", "path", "sop_instance_uid"];
/// The columns of a patient's row: the images as lists, in the order of their paths.
pub const PATIENT: [&str; 6] =
    ["split", "case_id", "diagnosis", "images", "image_views", "image_paths"];
/// The columns of a contour's row.
pub const LESION: [&str; 16] = [
    "split",
    "case_id",
    "diagnosis",
    "view",
    "laterality",
    "path",
    "sop_instance_uid",
    "reader",
    "lesion_label",
    "lesion_id",
    "bbox_x_min_px",
    "bbox_y_min_px",
    "bbox_x_max_px",
    "bbox_y_max_px",
    "area_px2",
    "max_diameter_mm",
];

impl RowGrain {
    /// The columns by default.
    pub fn usual(self) -> &'static [&'static str] {
        match self {
            Self::Image => &IMAGE,
            Self::Patient => &PATIENT,
            Self::Lesion => &LESION,
        }
    }

    /// The tables whose columns a row can have, the nearest first, each with its name in the query.
    fn tables(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Image => &[("images", "i"), ("patients", "p"), ("breasts", "breast")],
            Self::Patient => &[("patients", "p")],
            Self::Lesion => {
                &[("lesions", "l"), ("images", "i"), ("patients", "p"), ("breasts", "breast")]
            }
        }
    }
}

/// A column and the expression that makes it.
struct ManifestColumn {
    name: String,
    sql: String,
}

/// The rows as a query.
pub(super) struct RowQuery {
    /// The query.
    pub sql: String,
    /// Its columns, in order.
    pub columns: Vec<String>,
}

/// The query of a table's rows.
///
/// # Errors
/// When a column is not there, or the label is not a condition.
pub(super) fn table(
    catalog: &Catalog,
    source: &ManifestSource,
    options: &ManifestOptions,
    path_style: &PathStyle,
) -> Result<RowQuery, ManifestError> {
    if is_plain(options) {
        return Ok(plain(options, path_style));
    }
    let from = from(catalog, source, options, path_style)?;
    let finder = ColumnFinder::new(catalog, source, options, path_style)?;
    let mut columns = Vec::new();
    if options.columns.is_empty() {
        for name in options.per.usual() {
            columns.push(finder.find(name)?);
        }
    }
    for name in &options.columns {
        columns.push(finder.find(name)?);
    }
    if let Some(condition) = &options.label {
        let sql = label(catalog, condition, &from)?;
        columns.push(ManifestColumn { name: "label".to_owned(), sql });
    }
    if options.sha256 {
        columns.push(ManifestColumn { name: "sha256".to_owned(), sql: "h.sha256".to_owned() });
    }
    let names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
    for (index, name) in names.iter().enumerate() {
        if names[..index].contains(name) {
            return Err(ManifestError::Request(format!("the column {name} is given twice")));
        }
    }
    let list: Vec<String> =
        columns.iter().map(|c| format!("{} AS {}", c.sql, identifier(&c.name))).collect();
    let order = order(options.per);
    Ok(RowQuery { sql: format!("SELECT {}\n{from}\n{order}", list.join(",\n  ")), columns: names })
}

/// Whether the rows are the usual ones of images, whatever is excluded.
pub(super) fn is_plain(options: &ManifestOptions) -> bool {
    let (include, paths) = (options.include.clone(), options.paths.clone());
    *options == ManifestOptions { include, paths, ..ManifestOptions::new(options.format) }
}

/// The usual columns of images are all in `manifest_images`: no join is needed.
pub(super) fn plain(options: &ManifestOptions, path_style: &PathStyle) -> RowQuery {
    let path = if options.format == ManifestFormat::Csv {
        path_style.csv_sql("file")
    } else {
        path_style.sql("file")
    };
    let sql = format!(
        "SELECT split, member AS case_id, its_diagnosis AS diagnosis, its_view AS view,\n  \
         its_laterality AS laterality, {path} AS path, its_uid AS sop_instance_uid\n\
         FROM manifest_images WHERE reason IS NULL ORDER BY part_number, member, file"
    );
    RowQuery { sql, columns: IMAGE.map(str::to_owned).to_vec() }
}

fn order(per: RowGrain) -> &'static str {
    match per {
        RowGrain::Image => "ORDER BY s.part_number, s.member, s.file",
        RowGrain::Patient => "ORDER BY s.part_number, s.member",
        RowGrain::Lesion => {
            "ORDER BY s.part_number, s.member, s.file, l.label, l.annotation_path, l.lesion_id"
        }
    }
}

/// The condition as 1, 0 or NULL.
pub(super) fn label(
    catalog: &Catalog,
    condition: &str,
    from: &str,
) -> Result<String, ManifestError> {
    let refused = |why: String| ManifestError::Request(format!("--label: {why}"));
    if !matches!(sql::statements(condition).as_slice(), [only] if !only.ended) {
        return Err(refused("give one condition, such as \"diagnosis = 'malignant'\"".to_owned()));
    }
    if !is_expression(catalog, condition)? {
        return Err(refused("it is not one SQL expression".to_owned()));
    }
    let kind: String = catalog
        .value(&format!(
            "SELECT column_type FROM (DESCRIBE SELECT (\n{condition}\n) AS label {from})"
        ))
        .map_err(|error| refused(error.to_string()))?;
    if kind != "BOOLEAN" {
        return Err(refused(format!("give a condition, true or false; this gives {kind}")));
    }
    Ok(format!("CAST((\n{condition}\n) AS INTEGER)"))
}

/// Whether a text is one expression by DuckDB's own parser: a text from a provenance file may be a
/// stranger's, and whatever ends the expression would begin a statement.
fn is_expression(catalog: &Catalog, text: &str) -> Result<bool, ManifestError> {
    let sql = literal(&format!("SELECT (\n{text}\n) AS label"));
    let parsed: String =
        catalog.value(&format!("SELECT CAST(json_serialize_sql({sql}) AS VARCHAR)"))?;
    let parsed: serde_json::Value = serde_json::from_str(&parsed).unwrap_or_default();
    let statements = parsed["statements"].as_array().map_or(0, Vec::len);
    let columns = parsed["statements"][0]["node"]["select_list"].as_array().map_or(0, Vec::len);
    Ok(parsed["error"] == false && statements == 1 && columns == 1)
}

/// What rows are made from. A row's breast is one column, a struct, so that its diagnosis does not
/// hide the patient's.
pub(super) fn from(
    catalog: &Catalog,
    source: &ManifestSource,
    options: &ManifestOptions,
    path_style: &PathStyle,
) -> Result<String, ManifestError> {
    if options.per == RowGrain::Patient {
        let path = path_style.sql("i.path");
        return Ok(format!(
            "FROM patients AS p JOIN (\n  \
             SELECT member, any_value(split) AS split, any_value(part_number) AS part_number,\n    \
             count(*) AS images, list(i.view ORDER BY i.path) AS image_views,\n    \
             list({path} ORDER BY i.path) AS image_paths\n  \
             FROM manifest_images JOIN images AS i ON i.path = file\n  \
             WHERE reason IS NULL GROUP BY member\n) AS s ON s.member = p.case_id{}",
            split_file(catalog, source, options, "p.case_id")?
        ));
    }
    let mut from = format!(
        "FROM patients AS p JOIN images AS i USING (case_id)\n\
         JOIN manifest_images AS s ON s.file = i.path{}",
        split_file(catalog, source, options, "s.member")?
    );
    let names = options.columns.iter().chain(&options.label);
    if names.clone().any(|text| text.to_ascii_lowercase().contains("breast")) {
        from.push_str(
            "\nLEFT JOIN (SELECT case_id AS breast_case, laterality AS breast_side, b AS breast \
             FROM breasts AS b)\n  ON breast_case = i.case_id AND breast_side = i.laterality",
        );
    }
    if options.sha256 {
        from.push_str("\nLEFT JOIN manifest_sums AS h ON h.summed = i.path");
    }
    let mut condition = "s.reason IS NULL".to_owned();
    if options.per == RowGrain::Lesion {
        from.push_str("\nJOIN lesions AS l ON l.image_path = i.path");
        condition.push_str(&format!(" AND {}", drawn(options)));
    }
    Ok(format!("{from}\nWHERE {condition}"))
}

/// The further columns of a split's file: stratum and the like.
fn split_columns(catalog: &Catalog, source: &ManifestSource) -> Result<Vec<String>, ManifestError> {
    let ManifestSource::Split(split) = source else { return Ok(Vec::new()) };
    let mut columns = catalog.columns(&split::relation(catalog.dir(), split)?)?;
    columns.retain(|column| column != "case_id" && column != "split");
    Ok(columns)
}

/// The split's file beside each row, where a column of it may be named.
fn split_file(
    catalog: &Catalog,
    source: &ManifestSource,
    options: &ManifestOptions,
    case: &str,
) -> Result<String, ManifestError> {
    let ManifestSource::Split(split) = source else { return Ok(String::new()) };
    if options.columns.is_empty() && options.label.is_none() {
        return Ok(String::new());
    }
    let columns: Vec<String> =
        split_columns(catalog, source)?.iter().map(|name| identifier(name)).collect();
    if columns.is_empty() {
        return Ok(String::new());
    }
    Ok(format!(
        "\nJOIN (SELECT case_id AS split_case, {} FROM {}) AS d ON d.split_case = {case}",
        columns.join(", "),
        split::relation(catalog.dir(), split)?
    ))
}

/// Finds the columns that names mean.
struct ColumnFinder<'a> {
    options: &'a ManifestOptions,
    path_style: &'a PathStyle,
    /// Columns of the split's file.
    split: Vec<String>,
    /// Columns of each table.
    tables: Vec<(&'static str, &'static str, Vec<String>)>,
}

impl<'a> ColumnFinder<'a> {
    fn new(
        catalog: &Catalog,
        source: &ManifestSource,
        options: &'a ManifestOptions,
        path_style: &'a PathStyle,
    ) -> Result<Self, ManifestError> {
        let mut tables = Vec::new();
        // The usual columns are there.
        let is_explicit = !options.columns.is_empty() || options.per == RowGrain::Lesion;
        for (table, alias) in options.per.tables() {
            let columns = if is_explicit { catalog.columns(table)? } else { usual(table) };
            tables.push((*table, *alias, columns));
        }
        let split = if is_explicit { split_columns(catalog, source)? } else { Vec::new() };
        Ok(Self { options, path_style, split, tables })
    }

    fn find(&self, name: &str) -> Result<ManifestColumn, ManifestError> {
        let column = |sql: String| Ok(ManifestColumn { name: name.to_owned(), sql });
        if let Some((table, inner)) = name.split_once('.') {
            let table_of_column = self.tables.iter().find(|(known, _, columns)| {
                *known == table && columns.iter().any(|column| column == inner)
            });
            let Some((_, alias, _)) = table_of_column else { return Err(self.unknown(name)) };
            let sql = format!("{alias}.{}", identifier(inner));
            return Ok(ManifestColumn { name: format!("{table}_{inner}"), sql });
        }
        if let Some(sql) = self.special(name) {
            return column(sql);
        }
        if self.split.iter().any(|known| known == name) {
            return column(format!("d.{}", identifier(name)));
        }
        let having = self.tables.iter().filter(|(.., columns)| columns.iter().any(|c| c == name));
        let having: Vec<(&str, &str)> = having.map(|(table, alias, _)| (*table, *alias)).collect();
        match having.as_slice() {
            [] => Err(self.unknown(name)),
            // A patient's vendor need not be that of her image: which is meant is not guessed.
            [(first, _), (second, _), ..] if !self.options.per.usual().contains(&name) => {
                Err(ManifestError::Request(format!(
                    "--columns: {name} is a column of {first} and of {second}: write \
                     {first}.{name} or {second}.{name}"
                )))
            }
            [(_, alias), ..] => column(format!("{alias}.{}", identifier(name))),
        }
    }

    /// Columns that no table has under that name.
    fn special(&self, name: &str) -> Option<String> {
        let csv = self.options.format == ManifestFormat::Csv;
        match (name, self.options.per) {
            ("split", _) => Some("s.split".to_owned()),
            ("case_id", _) => Some("p.case_id".to_owned()),
            ("path", RowGrain::Image | RowGrain::Lesion) if csv => {
                Some(self.path_style.csv_sql("i.path"))
            }
            ("path", RowGrain::Image | RowGrain::Lesion) => Some(self.path_style.sql("i.path")),
            ("lesion_label", RowGrain::Lesion) => Some("l.label".to_owned()),
            ("images", RowGrain::Patient) => Some("s.images".to_owned()),
            // A list in a cell is JSON, which every language reads.
            ("image_views" | "image_paths", RowGrain::Patient) if csv => {
                Some(format!("CAST(to_json(s.{name}) AS VARCHAR)"))
            }
            ("image_views" | "image_paths", RowGrain::Patient) => Some(format!("s.{name}")),
            _ => None,
        }
    }

    fn unknown(&self, name: &str) -> ManifestError {
        let known = self.tables.iter().flat_map(|(_, _, columns)| columns).chain(&self.split);
        let bare = name.rsplit('.').next().unwrap_or(name);
        let nearest = nearest(bare, known.map(String::as_str));
        let tables: Vec<&str> = self.tables.iter().map(|(table, ..)| *table).collect();
        let hint = nearest.map_or_else(String::new, |column| format!("; did you mean {column}?"));
        ManifestError::Request(format!(
            "--columns: no column {name:?} of {}{hint}; `mammodex schema {}` lists them",
            tables.join(", "),
            tables[0]
        ))
    }
}

/// The columns of a table as the dictionary has them.
fn usual(table: &str) -> Vec<String> {
    let columns = crate::tables::spec::find(table).map(|table| &table.columns);
    columns.into_iter().flatten().map(|column| column.name.clone()).collect()
}
