//! Clinical tables as people and programs change them: each value is the right one, or an issue names its
//! file and place. The table is that of the sample; seeds are fixed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use mammodex::records::clinical::ClinicalRecord;
use mammodex::records::issue::Issue;
use mammodex::records::vendor;
use mammodex::sample::{self, SampleFlaws, SamplePixels, SampleRequest};
use mammodex::sources::profile::Profile;
use mammodex::sources::workbook::{self, RowSubject, SheetCell, TableContainer};

use crate::chance::{Chance, seed, trials};
use crate::table_files::{Cell, Content, Table, address};

/// Mutants of each kind of file.
const SPREADSHEETS: usize = 1_000;
const TEXTS: usize = 3_000;

/// The value of a column in a record; absent when it is null.
type FieldValue = fn(&ClinicalRecord) -> Option<String>;

/// The columns of the sample's table, in its order.
const FIELDS: [(&str, FieldValue); 11] = [
    ("case", |row| row.origin.as_ref().map(|_| "present".to_owned())),
    ("tumor_location", |row| row.location.value.map(|v| format!("{v:?}"))),
    ("birads_both", |row| row.birads_both.value.map(|v| v.code())),
    ("birads_left", |row| row.birads_left.value.map(|v| v.code())),
    ("birads_right", |row| row.birads_right.value.map(|v| v.code())),
    ("t_stage", |row| row.t_stage.value.as_ref().map(|v| v.code.clone())),
    ("n_stage", |row| row.n_stage.value.as_ref().map(|v| v.code.clone())),
    ("histology", |row| row.histology.value.map(|v| v.group.to_owned())),
    // What is saved unparsed is as written; what the vocabulary reads of it is compared.
    ("manufacturer", |row| {
        Some(vendor::vendor(row.manufacturer_raw.as_deref()?)).filter(|v| v.known).map(|v| v.name)
    }),
    ("model", |row| vendor::model(row.model_raw.as_deref()?).family),
    ("tumor_size", |row| row.tumor_size_cm.value.map(|v| format!("{v:.3}"))),
];
const SIZE: usize = 10;

/// A text that is saved unparsed may differ in white space.
fn plain(text: &str) -> String {
    mammodex::records::text::fold(text)
}

/// The values of a table: case and column.
type Values = BTreeMap<(u32, usize), BTreeSet<String>>;

struct Reading {
    values: Values,
    /// The rows of each case, from 1.
    rows: BTreeMap<u32, Vec<u32>>,
    issues: Vec<Issue>,
    has_table: bool,
}

/// Reads a table; absent when it is refused, which is an error of the file.
fn read(bytes: &[u8], container: TableContainer) -> Option<Reading> {
    static PROFILE: LazyLock<Profile> = LazyLock::new(|| Profile::find("ncc").unwrap());
    let table = workbook::open(bytes, container).ok()?;
    let mut reading = Reading {
        values: Values::new(),
        rows: BTreeMap::new(),
        issues: Vec::new(),
        has_table: false,
    };
    let (values, rows) = (&mut reading.values, &mut reading.rows);
    let count =
        workbook::read(&table.sheets, &PROFILE, "Cancer.xlsx", &mut reading.issues, |row| {
            let RowSubject::Case(case) = &row.subject else { panic!("a row about a file") };
            let number = case.id.strip_prefix("Cancer_").and_then(|number| number.parse().ok());
            let number = number.unwrap_or(u32::MAX);
            rows.entry(number).or_default().push(row.clinical.origin.as_ref().unwrap().row);
            for (column, (_, value)) in FIELDS.iter().enumerate() {
                if let Some(value) = value(&row.clinical) {
                    values.entry((number, column)).or_default().insert(value);
                }
            }
        });
    reading.has_table = count > 0;
    Some(reading)
}

/// The malignant cases of the sample: header and twelve rows.
static SAMPLE: LazyLock<(Table, Values)> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("sample");
    let request = SampleRequest {
        root: root.clone(),
        patients: 60,
        seed: 1,
        pixels: SamplePixels::None,
        readers: 1,
        faults: SampleFlaws::Without,
    };
    sample::write(&request).unwrap();
    let bytes = std::fs::read(root.join("clinical/Cancer.xlsx")).unwrap();
    let opened = workbook::open(&bytes, TableContainer::Xlsx).unwrap();
    let grid = opened.sheets[0].as_ref().unwrap();
    let mut table = Table { name: "Cancer".to_owned(), rows: Vec::new() };
    for row in 0..grid.height() {
        let case = grid.text(row, 0).parse::<u32>().ok();
        let cells = (0..FIELDS.len()).map(|column| {
            let text = match grid.cell(row, column) {
                Some(SheetCell::Text(text)) => text.as_str(),
                _ => "",
            };
            let mut cell = Cell::text(text);
            if let Ok(number) = text.parse::<f64>()
                && row % 3 > 0
            {
                cell.content = Content::Number(number);
            }
            cell.truth = case.map(|case| (case, column)).filter(|_| !text.is_empty());
            cell
        });
        let cells: Vec<Cell> = cells.collect();
        table.rows.push(cells);
    }
    let reading = read(&table.written(TableContainer::Xlsx), TableContainer::Xlsx).unwrap();
    assert_eq!(reading.issues, [], "the sample's table has no finding");
    for cell in table.rows.iter().flatten() {
        assert!(cell.truth.is_none_or(|truth| reading.values.contains_key(&truth)), "{cell:?}");
    }
    (table, reading.values)
});

/// A change to a table; false when it does not apply.
type Change = fn(&mut Table, &mut Chance) -> bool;

/// The cells with a value, except those of the ID where `ids` says so.
fn cell<'t>(
    table: &'t mut Table,
    chance: &mut Chance,
    fits: impl Fn(&Cell) -> bool,
) -> Option<&'t mut Cell> {
    let mut cells: Vec<&mut Cell> =
        table.rows.iter_mut().flatten().filter(|cell| cell.truth.is_some() && fits(cell)).collect();
    if cells.is_empty() {
        return None;
    }
    let index = chance.below(cells.len());
    Some(cells.swap_remove(index))
}

/// Where the header is.
fn header_row(table: &Table) -> usize {
    table.rows.iter().position(|row| row.iter().any(|cell| cell.truth.is_some())).unwrap_or(1) - 1
}

fn column_of(cell: &Cell) -> usize {
    cell.truth.map_or(0, |(_, column)| column)
}

fn texts(cells: &[&str]) -> Vec<Cell> {
    cells.iter().map(|text| Cell::text(text)).collect()
}

/// A row below the header.
fn row_below(table: &Table, chance: &mut Chance) -> Option<usize> {
    let first = header_row(table) + 1;
    (first < table.rows.len()).then(|| first + chance.below(table.rows.len() - first))
}

fn rewrite_text(cell: &mut Cell, write: impl Fn(&str) -> String) {
    cell.content = Content::Text(write(&cell.plain()));
}

/// Spellings of a header in the vocabulary, by the name of its column.
fn spellings(field: &str) -> Vec<String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schema/vocabulary/headers.csv");
    let text = std::fs::read_to_string(path).unwrap();
    let lines = text.lines().filter_map(|line| line.split_once(','));
    lines.filter(|(name, _)| *name == field).map(|(_, spelling)| spelling.to_owned()).collect()
}

const CHANGES: &[(&str, Change)] = &[
    ("blank row", |table, chance| {
        let row = chance.below(table.rows.len() + 1);
        table.rows.insert(row, Vec::new());
        true
    }),
    ("blank column", |table, chance| {
        let column = chance.below(FIELDS.len() + 1);
        table
            .rows
            .iter_mut()
            .filter(|row| row.len() > column)
            .for_each(|row| row.insert(column, Cell::default()));
        true
    }),
    ("moved column", |table, chance| {
        let width = FIELDS.len();
        let (from, to) = (chance.below(width), chance.below(width));
        for row in table.rows.iter_mut().filter(|row| row.len() >= width) {
            let cell = row.remove(from);
            row.insert(to, cell);
        }
        from != to
    }),
    ("moved row", |table, chance| {
        let first = header_row(table) + 1;
        let (from, to) = (
            first + chance.below(table.rows.len() - first),
            first + chance.below(table.rows.len() - first),
        );
        let row = table.rows.remove(from);
        table.rows.insert(to, row);
        from != to
    }),
    ("dropped column", |table, chance| {
        let column = 1 + chance.below(FIELDS.len() - 1);
        table
            .rows
            .iter_mut()
            .filter(|row| row.len() > column)
            .for_each(|row| drop(row.remove(column)));
        true
    }),
    ("dropped row", |table, chance| {
        let Some(row) = row_below(table, chance) else { return false };
        table.rows.remove(row);
        true
    }),
    ("row twice", |table, chance| {
        let Some(row) = row_below(table, chance) else { return false };
        table.rows.push(table.rows[row].clone());
        true
    }),
    ("title above", |table, chance| {
        let titles = [
            "유방암 환자 임상정보",
            "Breast cancer clinical data",
            "작성일: 2019-03-04",
            "표 1. 악성 (n=12)",
            "T stage: AJCC 8th",
        ];
        for _ in 0..1 + chance.below(3) {
            let title = *chance.pick(&titles);
            table.rows.insert(0, texts(&[title]));
        }
        true
    }),
    ("note below", |table, chance| {
        let notes = [
            "※ 크기는 최대 직경",
            "* p<0.05",
            "총 12명",
            "합계",
            "Source: EMR",
            "주) T2는 임상병기",
            "1) 외부 판독",
            "Total",
            "평균",
        ];
        let note = *chance.pick(&notes);
        if chance.below(2) == 0 {
            table.rows.push(Vec::new());
        }
        let mut row = texts(&[note]);
        if chance.below(3) == 0 {
            row.resize(FIELDS.len() - 1, Cell::default());
            row.push(Cell { content: Content::Number(2.4), ..Cell::default() });
        }
        table.rows.push(row);
        true
    }),
    ("header again", |table, chance| {
        let header = header_row(table);
        let row = header + 1 + chance.below(table.rows.len() - header);
        table.rows.insert(row, table.rows[header].clone());
        true
    }),
    ("second table below", |table, chance| {
        let header = header_row(table);
        let mut below = table.rows[header..].to_vec();
        let half = 1 + below.len() / 2;
        table.rows.truncate(header + half);
        below.drain(1..half);
        let (from, to) = (chance.below(FIELDS.len()), chance.below(FIELDS.len()));
        for row in below.iter_mut().filter(|row| row.len() >= FIELDS.len()) {
            row.swap(from, to);
        }
        for _ in 0..chance.below(3) {
            table.rows.push(Vec::new());
        }
        if chance.below(2) == 0 {
            table.rows.push(texts(&["표 2"]));
        }
        table.rows.extend(below);
        true
    }),
    ("another table below", |table, chance| {
        let tables: [&[&[&str]]; 5] = [
            &[&["T stage", "n"], &["T1", "5"], &["T2", "6"]],
            &[&["검사장비", "대수"], &["GE", "5"], &["HOLOGIC", "4"]],
            &[&["ID", "비고"], &["1", "재촬영"], &["2", "5"]],
            &[&["ID", "수술일"], &["3", "2019-01-02"]],
            &[&["항목", "평균", "표준편차"], &["나이", "52", "8.1"], &["크기", "2.4", "1.1"]],
        ];
        for _ in 0..chance.below(3) {
            table.rows.push(Vec::new());
        }
        let another = *chance.pick(&tables);
        table.rows.extend(another.iter().map(|row| texts(row)));
        true
    }),
    ("another table beside", |table, chance| {
        let tables: [&[&[&str]]; 3] = [
            &[&["T stage", "n"], &["1c", "5"], &["2", "6"]],
            &[&["메모", ""], &["5번 확인", ""]],
            &[&["ID", "BIRADS category (좌)"], &["1", "2"], &["2", "3"]],
        ];
        let another = *chance.pick(&tables);
        let first = header_row(table);
        let width = FIELDS.len() + 1;
        for (row, cells) in table.rows.iter_mut().skip(first).zip(another) {
            row.resize(row.len().max(width), Cell::default());
            row.extend(texts(cells));
        }
        true
    }),
    ("unit row", |table, chance| {
        let header = header_row(table);
        let mut units = vec![Cell::default(); table.rows[header].len()];
        let place = table.rows[header + 1]
            .iter()
            .position(|cell| column_of(cell) == SIZE && cell.truth.is_some());
        let Some(place) = place else { return false };
        units[place] = Cell::text(chance.pick::<&str>(&["cm", "(cm)", "㎝", "[cm]"]));
        table.rows.insert(header + 1, units);
        true
    }),
    ("group row above", |table, chance| {
        let header = header_row(table);
        let mut groups = vec![Cell::default(); table.rows[header].len()];
        for _ in 0..1 + chance.below(3) {
            let place = chance.below(groups.len().max(1));
            if place >= groups.len() {
                return false;
            }
            groups[place] = Cell::text(chance.pick::<&str>(&[
                "병리",
                "영상 소견",
                "장비",
                "유방촬영술",
                "Pathology",
                "수술",
            ]));
            groups[place].covers =
                (0, chance.below(3).min(FIELDS.len() - 1 - place.min(FIELDS.len() - 1)));
        }
        table.rows.insert(header, groups);
        true
    }),
    ("other exam beside", |table, chance| {
        let header = header_row(table);
        let mut groups = vec![Cell::default(); table.rows[header].len()];
        groups.push(Cell::text(chance.pick::<&str>(&[
            "초음파",
            "MRI",
            "이전 검사",
            "Prior mammography",
            "US",
        ])));
        table.rows.insert(header, groups);
        let width = FIELDS.len();
        for (number, row) in table.rows.iter_mut().skip(header + 1).enumerate() {
            row.resize(row.len().max(width), Cell::default());
            row.push(Cell::text(if number == 0 { "BIRADS category (좌)" } else { "3" }));
        }
        true
    }),
    ("header by another name", |table, chance| {
        let header = header_row(table);
        let column = chance.below(FIELDS.len());
        if table.rows[header].len() <= column {
            return false;
        }
        let body = table.rows[header + 1..].iter().filter_map(|row| row.get(column)?.truth);
        let Some(field) = body.map(|(_, column)| column).next() else { return false };
        let spellings = spellings(FIELDS[field].0);
        table.rows[header][column] = Cell::text(chance.pick(&spellings).as_str());
        true
    }),
    ("header with marks", |table, chance| {
        let header = header_row(table);
        let column = chance.below(FIELDS.len());
        if table.rows[header].len() <= column {
            return false;
        }
        let name = table.rows[header][column].plain();
        if name.is_empty() {
            return false;
        }
        let name = match chance.below(7) {
            0 => format!("{name}*"),
            1 => format!("{name} "),
            2 => format!("{name}¹"),
            3 => name.replace(' ', "\n"),
            4 => name.to_uppercase(),
            5 => format!("{name}:"),
            _ => format!("{name} 1)"),
        };
        table.rows[header][column] = Cell::text(&name);
        true
    }),
    ("header unknown", |table, chance| {
        let header = header_row(table);
        let column = chance.below(FIELDS.len());
        if table.rows[header].len() <= column {
            return false;
        }
        let names = ["", "항목", "X1", "Unnamed: 3", "BIRADS categroy", "결과"];
        table.rows[header][column] = Cell::text(chance.pick::<&str>(&names));
        true
    }),
    ("header that is another's", |table, chance| {
        let header = header_row(table);
        let column = chance.below(FIELDS.len());
        if table.rows[header].len() <= column {
            return false;
        }
        let other = chance.below(table.rows[header].len());
        table.rows[header][column] = table.rows[header][other].clone();
        column != other
    }),
    ("footnote", |table, chance| {
        let mark = *chance
            .pick(&["*", "**", "†", "¹", "²", " a)", " 1)", "#", "‡", "§", "^1", " (1)", "*1"]);
        let Some(cell) = cell(table, chance, |_| true) else { return false };
        rewrite_text(cell, |text| format!("{text}{mark}"));
        true
    }),
    ("raised footnote", |table, chance| {
        let mark = *chance.pick(&["1", "2", "a", "1,2", "*", "†"]);
        let Some(cell) = cell(table, chance, |_| true) else { return false };
        rewrite_text(cell, str::to_owned);
        cell.raised = mark.to_owned();
        true
    }),
    ("struck out", |table, chance| {
        let Some(cell) = cell(table, chance, |_| true) else { return false };
        cell.is_struck = true;
        true
    }),
    ("merged with the row below", |table, chance| {
        let first = header_row(table) + 1;
        let row = first + chance.below(table.rows.len().saturating_sub(first + 1).max(1));
        let column = 1 + chance.below(FIELDS.len() - 1);
        if row + 1 >= table.rows.len()
            || table.rows[row].len() <= column
            || table.rows[row + 1].len() <= column
        {
            return false;
        }
        let upper = table.rows[row][column].clone();
        let Some((case, _)) = table.rows[row + 1].iter().find_map(|cell| cell.truth) else {
            return false;
        };
        let Some((_, field)) = upper.truth else { return false };
        // What a merged cell says, it says for every cell that it covers.
        if SAMPLE.1.get(&(case, field)) != SAMPLE.1.get(&(upper.truth.unwrap().0, field)) {
            return false;
        }
        table.rows[row + 1][column] = Cell { truth: Some((case, field)), ..Cell::default() };
        table.rows[row][column].covers = (1, 0);
        true
    }),
    ("text for number", |table, chance| {
        let Some(cell) = cell(table, chance, |cell| matches!(cell.content, Content::Number(_)))
        else {
            return false;
        };
        rewrite_text(cell, str::to_owned);
        true
    }),
    ("white space", |table, chance| {
        let (before, after) = (
            *chance.pick(&["", " ", "\u{a0}", "\u{3000}", "\t", "\u{200b}", "'"]),
            *chance.pick(&[" ", "\n", "\u{a0}", "\u{feff}", ".0"]),
        );
        let is_filled = |cell: &Cell| !cell.plain().is_empty();
        let Some(cell) = cell(table, chance, is_filled) else { return false };
        let is_whole = cell.plain().parse::<u32>().is_ok();
        let after = if after == ".0" && !is_whole { "" } else { after };
        rewrite_text(cell, |text| format!("{before}{text}{after}"));
        true
    }),
    ("full width", |table, chance| {
        let Some(cell) = cell(table, chance, |cell| cell.plain().is_ascii() && column_of(cell) < 8)
        else {
            return false;
        };
        let wide = |c: char| {
            char::from_u32(u32::from(c) + 0xfee0).filter(|_| c.is_ascii_graphic()).unwrap_or(c)
        };
        rewrite_text(cell, |text| text.chars().map(wide).collect());
        true
    }),
    ("size with unit", |table, chance| {
        let kind = chance.below(6);
        let Some(cell) = cell(table, chance, |cell| column_of(cell) == SIZE) else { return false };
        let Ok(cm) = cell.plain().parse::<f64>() else { return false };
        let mm = (cm * 100.0).round() / 10.0;
        match kind {
            0 => rewrite_text(cell, |text| format!("{text}cm")),
            1 => rewrite_text(cell, |text| format!("{text} cm")),
            2 => rewrite_text(cell, |_| format!("{mm} mm")),
            3 => rewrite_text(cell, |_| format!("{mm}mm")),
            4 => (cell.content, cell.format) = (Content::Number(mm), "0\" mm\""),
            _ => (cell.content, cell.format) = (Content::Number(cm), "0.0\" cm\""),
        }
        true
    }),
    ("decimal comma", |table, chance| {
        let Some(cell) =
            cell(table, chance, |cell| cell.plain().contains('.') && column_of(cell) == SIZE)
        else {
            return false;
        };
        rewrite_text(cell, |text| text.replace('.', ","));
        true
    }),
    ("letter in the number format", |table, chance| {
        let formats = [
            (5, "\"T\"0"),
            (6, "\"N\"0"),
            (2, "\"C\"0"),
            (3, "\"Category \"0"),
            (0, "00000"),
            (4, "0\"점\""),
        ];
        let (column, format) = *chance.pick(&formats);
        let Some(cell) = cell(table, chance, |cell| column_of(cell) == column) else {
            return false;
        };
        let Ok(number) = cell.plain().parse::<u32>() else { return false };
        (cell.content, cell.format) = (Content::Number(number.into()), format);
        true
    }),
    ("subdivision in the number format", |table, chance| {
        let Some(cell) = cell(table, chance, |cell| (2..7).contains(&column_of(cell))) else {
            return false;
        };
        let text = cell.plain();
        let formats = ["0\"a\"", "0\"A\"", "0\"B\"", "0\"C\"", "0\"c\""];
        let format = formats.iter().find(|format| text.len() == 2 && text.ends_with(&format[2..3]));
        let (Some(format), Ok(number)) = (format, text[..1].parse::<u32>()) else { return false };
        (cell.content, cell.format) = (Content::Number(number.into()), format);
        true
    }),
    ("date for number", |table, chance| {
        let Some(cell) = cell(table, chance, |cell| matches!(cell.content, Content::Number(_)))
        else {
            return false;
        };
        cell.content = Content::Number(43_468.0);
        cell.format = "yyyy-mm-dd";
        true
    }),
    ("letter case and prefix", |table, chance| {
        let kind = chance.below(4);
        let Some(cell) = cell(table, chance, |cell| (2..7).contains(&column_of(cell))) else {
            return false;
        };
        let prefix = match (kind, column_of(cell)) {
            (0, 5) => "T",
            (1, 5) => "pT",
            (0, 6) => "N",
            (1, 6) => "pN",
            (0, 2..5) => "C",
            (1, 2..5) => "Category ",
            (2, 2..5) => "BI-RADS ",
            _ => "",
        };
        rewrite_text(
            cell,
            |text| if kind == 3 { text.to_uppercase() } else { format!("{prefix}{text}") },
        );
        true
    }),
    ("blank word", |table, chance| {
        let word = *chance.pick(&[
            "",
            "-",
            "N/A",
            "없음",
            "미상",
            ".",
            "NA",
            "해당없음",
            "--",
            "?",
            "unknown",
        ]);
        let Some(cell) = cell(table, chance, |cell| column_of(cell) > 0) else { return false };
        *cell = Cell::text(word);
        true
    }),
    ("spreadsheet error", |table, chance| {
        let Some(cell) = cell(table, chance, |_| true) else { return false };
        cell.content = Content::Fault;
        true
    }),
    ("formula without result", |table, chance| {
        let Some(cell) = cell(table, chance, |_| true) else { return false };
        cell.content = Content::Formula;
        true
    }),
    ("cells moved right", |table, chance| {
        let Some(row) = row_below(table, chance) else { return false };
        let column = chance.below(FIELDS.len());
        if table.rows[row].len() <= column {
            return false;
        }
        table.rows[row].insert(column, Cell::default());
        true
    }),
    ("cells moved left", |table, chance| {
        let Some(row) = row_below(table, chance) else { return false };
        let column = chance.below(FIELDS.len());
        if table.rows[row].len() <= column || table.rows[row][column].truth.is_some() {
            return false;
        }
        table.rows[row].remove(column);
        true
    }),
    ("ID in another spelling", |table, chance| {
        let kind = chance.below(6);
        let Some(cell) = cell(table, chance, |cell| column_of(cell) == 0) else { return false };
        rewrite_text(cell, |text| match kind {
            0 => format!("{text:0>5}"),
            1 => format!("Cancer_{text:0>5}"),
            2 => format!("cancer_{text}"),
            3 => format!("{text}번"),
            4 => format!("#{text}"),
            _ => format!("C{text}"),
        });
        true
    }),
];

/// The rows of a text and what is between them: changes of delimited text as a whole.
type TextChange = fn(String, &mut Table, &mut Chance) -> Option<Vec<u8>>;

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

fn joined(lines: &[String]) -> Option<Vec<u8>> {
    Some((lines.join("\n") + "\n").into_bytes())
}

const TEXT_CHANGES: &[(&str, TextChange)] = &[
    ("as it is", |text, _, _| Some(text.into_bytes())),
    ("UTF-8 mark", |text, _, _| Some(format!("\u{feff}{text}").into_bytes())),
    ("UTF-16", |text, _, chance| {
        let text = if chance.below(2) == 0 { format!("\u{feff}{text}") } else { text };
        let is_big = chance.below(2) == 0;
        let bytes = |unit: u16| if is_big { unit.to_be_bytes() } else { unit.to_le_bytes() };
        Some(text.encode_utf16().flat_map(bytes).collect())
    }),
    ("CP949", |text, _, _| Some(encoding_rs::EUC_KR.encode(&text).0.into_owned())),
    ("UTF-8 read as Latin-1", |text, _, _| {
        Some(text.bytes().map(char::from).collect::<String>().into_bytes())
    }),
    ("line ends", |text, _, chance| {
        Some(text.replace('\n', chance.pick::<&str>(&["\r\n", "\r"])).into_bytes())
    }),
    ("delimiter at the end of rows", |text, _, chance| {
        let first = chance.below(2);
        let lines: Vec<String> = lines(&text);
        let line = |(number, line): (usize, &String)| {
            if number < first { line.clone() } else { format!("{line},") }
        };
        joined(&lines.iter().enumerate().map(line).collect::<Vec<_>>())
    }),
    ("row numbers", |text, table, chance| {
        let head = *chance.pick(&["", "\"\",", ",", "Unnamed: 0,"]);
        let quote = if chance.below(2) == 0 { "\"" } else { "" };
        let lines = lines(&text);
        let line = |(number, line): (usize, &String)| match number {
            0 => format!("{head}{line}"),
            _ => format!("{quote}{number}{quote},{line}"),
        };
        table.rows.iter_mut().for_each(|row| row.insert(0, Cell::default()));
        joined(&lines.iter().enumerate().map(line).collect::<Vec<_>>())
    }),
    ("quote lost", |text, table, chance| {
        let header = &table.rows[header_row(table)];
        if header.iter().any(|cell| cell.plain().contains('\n')) {
            return None;
        }
        chance.replace_one(&text, "\"", "").map(String::into_bytes)
    }),
    ("quotes lost", |text, table, _| {
        let is_broken = |cell: &Cell| cell.plain().contains('\n');
        let has_lines = table.rows.iter().flatten().any(is_broken);
        (text.contains('"') && !has_lines).then(|| text.replace('"', "").into_bytes())
    }),
    ("stray quote", |text, _, chance| {
        let row = text.find('\n')? + 1;
        let mut place = row + chance.below(text.len() - row);
        while !text.is_char_boundary(place) {
            place -= 1;
        }
        Some(format!("{}\"{}", &text[..place], &text[place..]).into_bytes())
    }),
    ("quote at the start of a field", |text, _, chance| {
        let row = text.find('\n')?;
        let rest = chance.replace_one(&text[row..], ",", ",\"")?;
        Some(format!("{}{rest}", &text[..row]).into_bytes())
    }),
    ("delimiter lost", |text, _, chance| {
        let row = text.find('\n')?;
        let rest = chance.replace_one(&text[row..], ",", "")?;
        Some(format!("{}{rest}", &text[..row]).into_bytes())
    }),
    ("delimiter twice", |text, _, chance| {
        let row = text.find('\n')?;
        let rest = chance.replace_one(&text[row..], ",", ",,")?;
        Some(format!("{}{rest}", &text[..row]).into_bytes())
    }),
    ("line broken", |_, table, chance| {
        let row = row_below(table, chance)?;
        let column = chance.below(FIELDS.len());
        let cell = table.rows[row].get_mut(column)?;
        let text = cell.plain();
        if text.contains([',', '"', '\n']) {
            return None;
        }
        cell.content = Content::Text(format!("\u{1}{text}"));
        let text = table.delimited(",").replace('\u{1}', "\n");
        let rest = table.rows[row].split_off(column);
        table.rows.insert(row + 1, rest);
        Some(text.into_bytes())
    }),
    ("rows joined", |_, table, chance| {
        let row = row_below(table, chance)?;
        if row + 1 >= table.rows.len() {
            return None;
        }
        table.rows[row].push(Cell::text("\u{1}"));
        let between = *chance.pick(&["", ","]);
        let text = table.delimited(",");
        let lines: Vec<&str> = text.lines().collect();
        // Rows are as wide as the widest.
        let text: Vec<&str> =
            lines.iter().map(|line| line.strip_suffix(',').unwrap_or(line)).collect();
        let text = (text.join("\n") + "\n").replace(",\u{1}\n", between).replace('\u{1}', "");
        table.rows[row].pop();
        let next = table.rows.remove(row + 1);
        table.rows[row].extend(next);
        Some(text.into_bytes())
    }),
    ("zero byte", |text, _, chance| {
        let mut bytes = text.into_bytes();
        let place = chance.below(bytes.len());
        bytes.insert(place, 0);
        Some(bytes)
    }),
    ("sep=", |text, table, _| {
        table.rows.insert(0, Vec::new());
        Some(format!("sep=,\n{text}").into_bytes())
    }),
    ("comment above", |text, table, _| {
        table.rows.insert(0, Vec::new());
        Some(format!("# exported, 2019, by R\n{text}").into_bytes())
    }),
];

/// Whether an issue names the place of a cell: its row, or its column as a whole.
fn names(issue: &Issue, row: usize, column: usize, header: &str) -> bool {
    let place = issue.place.as_deref().unwrap_or_default();
    let cell = place.rsplit('!').next().unwrap_or_default();
    let letters: String = cell.chars().take_while(char::is_ascii_uppercase).collect();
    let Ok(number) = cell[letters.len()..].parse::<usize>() else { return true };
    let range = issue.message.strip_prefix("rows ").and_then(|rest| {
        let mut words = rest.split(' ');
        let first: usize = words.next()?.parse().ok()?;
        Some(first..=words.nth(1)?.parse().ok()?)
    });
    let is_column = address(0, column) == format!("{letters}1");
    match issue.code.as_str() {
        "header-unknown" => {
            let names = issue.value.as_deref().unwrap_or_default();
            let header = plain(header);
            let garbled: String = header.bytes().map(char::from).collect();
            names
                .split(" | ")
                .map(plain)
                .any(|name| name.contains(&header) || name.contains(&plain(&garbled)))
        }
        "column-without-header" if issue.message.ends_with("its row may be in other columns") => {
            is_column || number == row + 1
        }
        "column-without-header" | "size-unit-missing" => is_column,
        "header-repeated" => {
            is_column
                || issue
                    .message
                    .contains(&format!("column {}", address(0, column).trim_end_matches('1')))
        }
        _ => range.is_some_and(|rows| rows.contains(&(row + 1))) || number == row + 1,
    }
}

/// What is wrong in a reading that no issue names.
fn silent(table: &Table, reading: &Reading, wanted: &Values) -> Option<String> {
    if !reading.has_table {
        return None; // the file is reported as one without a known header
    }
    let issues = &reading.issues;
    let mut expected: BTreeSet<(u32, usize)> = BTreeSet::new();
    for (row, cells) in table.rows.iter().enumerate() {
        for (column, cell) in cells.iter().enumerate() {
            let Some(truth) = cell.truth else { continue };
            expected.insert(truth);
            let above = table.rows[..row].iter().rev().filter_map(|cells| cells.get(column));
            // A cell whose value was taken away is none of the header's.
            let names_above = above.filter(|cell| cell.truth.is_none()).map(Cell::plain);
            let headers: Vec<String> = names_above.filter(|name| !name.is_empty()).collect();
            let headers = if headers.is_empty() { vec![String::new()] } else { headers };
            let is_named = || {
                let places = |issue| headers.iter().any(|name| names(issue, row, column, name));
                issues.iter().any(places)
            };
            if reading.values.get(&truth) != wanted.get(&truth) && !is_named() {
                return Some(format!(
                    "{} {} is {:?}, not {:?}",
                    address(row, column),
                    FIELDS[truth.1].0,
                    reading.values.get(&truth),
                    wanted.get(&truth)
                ));
            }
        }
    }
    for (place, value) in &reading.values {
        let rows = reading.rows.get(&place.0).map_or(&[][..], Vec::as_slice);
        let is_named = rows.iter().all(|row| {
            let is_column_named = |issue: &Issue| {
                let field = FIELDS[place.1].0;
                issue.code.as_str() == "header-repeated"
                    && issue.message.starts_with(&format!("a second column for {field};"))
            };
            issues.iter().any(|issue| {
                is_column_named(issue) || names(issue, *row as usize - 1, usize::MAX - 1, "\0")
            })
        });
        if !expected.contains(place) && !is_named {
            return Some(format!("case {} has {} {value:?}", place.0, FIELDS[place.1].0));
        }
    }
    None
}

/// The silent differences of mutants, by the change that made them.
#[derive(Default)]
struct Differences {
    counts: BTreeMap<String, usize>,
    examples: BTreeMap<String, String>,
    mutants: usize,
}

impl Differences {
    fn note(&mut self, change: &str, table: &Table, bytes: &[u8], container: TableContainer) {
        self.mutants += 1;
        let Some(reading) = read(bytes, container) else { return };
        let Some(difference) = silent(table, &reading, &SAMPLE.1) else { return };
        let key = format!("{container:?}: {change}");
        *self.counts.entry(key.clone()).or_default() += 1;
        self.examples.entry(key).or_insert_with(|| {
            format!("{difference}\n{}{:?}", table.delimited(","), reading.issues)
        });
    }

    fn assert_none(&self) {
        let total: usize = self.counts.values().sum();
        for (key, example) in &self.examples {
            eprintln!("{} {key}: {example}\n", self.counts[key]);
        }
        assert_eq!(total, 0, "{total} of {} mutants are silent: {:#?}", self.mutants, self.counts);
    }
}

#[test]
fn each_value_of_a_changed_spreadsheet_is_right_or_an_issue_names_it() {
    let mut differences = Differences::default();
    for (number, container) in
        [TableContainer::Xlsx, TableContainer::Xlsb, TableContainer::Xls, TableContainer::Ods]
            .into_iter()
            .enumerate()
    {
        let unchanged = read(&SAMPLE.0.written(container), container).unwrap();
        assert_eq!(unchanged.issues, [], "{container:?}");
        assert_eq!(unchanged.values, SAMPLE.1, "{container:?}");
        let mut chance = Chance(seed(0x7AB1E + number as u64));
        let mut count = 0;
        while count < trials(SPREADSHEETS) {
            let mut table = SAMPLE.0.clone();
            let (name, change) = CHANGES[count % CHANGES.len()];
            if !change(&mut table, &mut chance) {
                continue;
            }
            let mut names = name.to_owned();
            if chance.below(3) == 0 {
                let (name, change) = chance.pick(CHANGES);
                let is_merge = |name: &str| name.starts_with("merged");
                // Rows and columns that move leave a merged cell where it was.
                if !is_merge(name) && !is_merge(&names) && change(&mut table, &mut chance) {
                    names = format!("{names} + {name}");
                }
            }
            count += 1;
            let bytes = table.written(container);
            differences.note(&names, &table, &bytes, container);
        }
    }
    differences.assert_none();
}

#[test]
fn each_value_of_changed_delimited_text_is_right_or_an_issue_names_it() {
    let mut differences = Differences::default();
    let mut chance = Chance(seed(0xDE11));
    let mut count = 0;
    while count < trials(TEXTS) {
        let mut table = SAMPLE.0.clone();
        let mut names = String::new();
        let (name, change) = CHANGES[count % CHANGES.len()];
        if chance.below(2) == 0 && change(&mut table, &mut chance) {
            names = format!("{name} + ");
        }
        for cell in table.rows.iter_mut().flatten() {
            // Text holds neither formulas, merged cells nor superscript; an error in it is a word for nothing.
            if matches!(cell.content, Content::Fault | Content::Formula | Content::Empty) {
                cell.truth = None;
            }
            cell.raised = String::new();
        }
        let (name, change) = chance.pick(TEXT_CHANGES);
        names += name;
        let delimiter =
            if *name == "as it is" { *chance.pick(&[",", ";", "\t", "|"]) } else { "," };
        let text = table.delimited(delimiter);
        let Some(bytes) = change(text, &mut table, &mut chance) else { continue };
        count += 1;
        differences.note(&names, &table, &bytes, TableContainer::Text);
    }
    differences.assert_none();
}
