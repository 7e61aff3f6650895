//! A list of files that replaces the walk: text, CSV, JSON lines, Parquet or a spreadsheet.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::inventory_error::InventoryError;
use super::object_list::ObjectList;
use super::object_state::ObjectState;
use crate::disk::read_bounded;
use crate::sources::encoding;
use crate::sources::sniff;
use crate::sources::source_file::SourceFile;
use crate::sources::source_root::SourceRoot;
use crate::sources::workbook;
use crate::storage::Requests;
use crate::tables::texts;

/// The column of a table that names the files.
const COLUMN: &str = "path";

/// The longest list that is read, in bytes, and its most lines: a list is held in memory as a whole.
const LONGEST_LIST: u64 = 256 << 20;
const MOST_LINES: usize = 4_000_000;

/// The files that an inventory names, and the members of archives.
#[derive(Debug, Default)]
pub struct Inventory {
    /// Files, there or missing, sorted by path, each once.
    pub files: Vec<SourceFile>,
    /// Of archives that are not named themselves, the members that are.
    pub members: HashMap<Box<str>, BTreeSet<String>>,
}

/// Reads an inventory, `-` from standard input, and looks at each file that it names. `dataset` is
/// the folder as given, `root` the same opened.
///
/// # Errors
/// When the list cannot be read, a line names no file below the data set, or a store does not say whether a file
/// exists.
pub fn read(
    list: &Path,
    dataset: &Path,
    root: &SourceRoot,
    requests: &Requests,
) -> Result<Inventory, InventoryError> {
    let name = if list == Path::new("-") { "stdin".to_owned() } else { list.display().to_string() };
    let failed = |source| InventoryError::LookUp { list: name.clone(), source };
    if let Some(address) = root.address().filter(|_| list != Path::new("-"))
        && let Some(ObjectList { known, unknown }) = ObjectList::read(list, address)?
    {
        let prefix = address.prefix.len();
        let paths = unknown.iter().filter_map(|key| key.get(prefix..)).map(str::to_owned);
        let mut files = root.look_up_all(paths.collect(), requests).map_err(failed)?;
        // Each key is given back as its path is taken.
        files.extend(known.into_iter().filter_map(|object| root.listed(&object)));
        files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        files.dedup_by(|later, first| later.path == first.path);
        return Ok(Inventory { files, members: HashMap::new() });
    }
    let lines = lines(list, &name)?;
    let mut paths = BTreeSet::new();
    let mut listed = BTreeMap::new();
    for ListLine { line, path: text, object } in lines {
        let inside = below(&text, dataset, root).ok_or_else(|| InventoryError::Line {
            list: name.clone(),
            line,
            reason: format!("{text:?} names no file below the data set {}", root.name().display()),
        })?;
        match object.and_then(|state| described(&inside, &state, root)) {
            Some(file) => drop(listed.insert(inside, file)),
            None => drop(paths.insert(inside)),
        }
    }
    paths.retain(|path| !listed.contains_key(path));
    let mut files = root.look_up_all(paths.into_iter().collect(), requests).map_err(failed)?;
    if !listed.is_empty() {
        files.extend(listed.into_values());
        files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    }
    with_archives(files, root, requests).map_err(failed)
}

/// A line of a list.
struct ListLine {
    /// Its number, from 1.
    line: usize,
    /// The path as written.
    path: String,
    /// The state of the object, in a list that `plan` wrote for a store.
    object: Option<ObjectState>,
}

impl ListLine {
    fn new((line, path): (usize, String)) -> Self {
        Self { line, path, object: None }
    }
}

/// The file of an object whose state a list has; absent in a folder, whose files are always looked at.
fn described(path: &str, state: &ObjectState, root: &SourceRoot) -> Option<SourceFile> {
    root.listed(&state.object(root.address()?.key(path))?)
}

/// Replaces missing files that are members of archives by the members of those archives.
fn with_archives(
    files: Vec<SourceFile>,
    root: &SourceRoot,
    requests: &Requests,
) -> io::Result<Inventory> {
    let mut inventory = Inventory::default();
    let mut archives = BTreeSet::new();
    for file in files {
        let mut archive = None;
        for (end, _) in file.path.match_indices("!/").filter(|_| file.is_missing()) {
            if !root.look_up(file.path[..end].to_owned())?.is_missing() {
                archive = Some(&file.path[..end]);
                break;
            }
        }
        match archive {
            None => inventory.files.push(file),
            Some(archive) => {
                archives.insert(archive.to_owned());
                let members = inventory.members.entry(archive.into()).or_default();
                members.insert(file.path.to_string());
            }
        }
    }
    for file in &inventory.files {
        // An archive that is named itself is read whole.
        if archives.remove(&*file.path) {
            inventory.members.remove(&file.path);
        }
    }
    inventory.files.extend(root.look_up_all(archives.into_iter().collect(), requests)?);
    inventory.files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    Ok(inventory)
}

/// The path relative to the root; none when it leads outside.
fn below(text: &str, dataset: &Path, root: &SourceRoot) -> Option<String> {
    let Some(root) = root.folder() else { return key_below(text, root.name()) };
    let path = Path::new(text);
    let relative = if path.is_absolute() {
        let path = plain(path)?;
        let absolute = std::path::absolute(dataset).ok().and_then(|absolute| plain(&absolute));
        let inside = path.strip_prefix(root).ok();
        let inside = inside.or_else(|| path.strip_prefix(absolute.as_deref()?).ok());
        let real =
            || std::fs::canonicalize(&path).ok()?.strip_prefix(root).ok().map(Path::to_owned);
        inside.map(Path::to_owned).or_else(real)?
    } else {
        plain(path)?
    };
    let relative = relative.to_str()?.to_owned();
    (!relative.is_empty()).then_some(relative)
}

/// The path of an object relative to the address of its data set, from either that or its whole address.
fn key_below(text: &str, address: &Path) -> Option<String> {
    let address = format!("{}/", address.to_str()?);
    let relative = text.strip_prefix(&address).unwrap_or(text);
    let is_inside = !relative.is_empty() && !relative.contains("://") && !relative.starts_with('/');
    is_inside.then(|| relative.to_owned())
}

/// The path without `.` and `..`; none when it leads above where it begins.
fn plain(path: &Path) -> Option<PathBuf> {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if plain.pop() => {}
            Component::ParentDir => return None,
            part => plain.push(part),
        }
    }
    Some(plain)
}

/// The paths with their lines; empty lines are passed over.
fn lines(list: &Path, name: &str) -> Result<Vec<ListLine>, InventoryError> {
    let unreadable = |source| InventoryError::Unreadable { list: name.to_owned(), source };
    let bytes = if list == Path::new("-") {
        read_bounded(io::stdin().lock(), LONGEST_LIST).map_err(unreadable)?
    } else {
        let file = std::fs::File::open(list).map_err(unreadable)?;
        let mut head = Vec::new();
        (&file).take(4).read_to_end(&mut head).map_err(unreadable)?;
        if sniff::is_parquet(&head) {
            let failed = |source| InventoryError::Parquet { list: name.to_owned(), source };
            let rows = texts::column(list, COLUMN).map_err(failed)?;
            let rows = rows.into_iter().enumerate();
            let filled = rows.filter_map(|(index, path)| Some((index + 1, path?)));
            return Ok(filled.map(ListLine::new).collect());
        }
        read_bounded(io::Cursor::new(head).chain(file), LONGEST_LIST).map_err(unreadable)?
    };
    if sniff::is_parquet(&bytes) {
        let source = io::Error::other("Parquet cannot be read from stdin; name the file");
        return Err(unreadable(source));
    }
    if sniff::is_zip(&bytes) || workbook::container(&bytes).is_some() {
        let failed = |source| InventoryError::Spreadsheet { list: name.to_owned(), source };
        let cells = workbook::read_column(&bytes, COLUMN).map_err(failed)?;
        return Ok(cells.into_iter().map(|cell| ListLine::new((cell.row, cell.text))).collect());
    }
    let text = encoding::decode(&bytes).text;
    if let Some((before, _)) = text.split_once(char::REPLACEMENT_CHARACTER) {
        return Err(InventoryError::Line {
            list: name.to_owned(),
            line: before.matches('\n').count() + 1,
            reason: "it is not UTF-8, UTF-16 or CP949".to_owned(),
        });
    }
    let ends = |end: char| text.matches(end).count();
    if ends('\n').max(ends('\r')) > MOST_LINES {
        let reason = "the list has more than 4 million lines".to_owned();
        return Err(InventoryError::Line { list: name.to_owned(), line: MOST_LINES, reason });
    }
    parse(&text).map_err(|(line, reason)| InventoryError::Line {
        list: name.to_owned(),
        line,
        reason,
    })
}

type InventoryLines = Result<Vec<ListLine>, (usize, String)>;

/// Text, CSV or JSON lines, by the first line.
fn parse(text: &str) -> InventoryLines {
    let declared = text.lines().next().filter(|line| line.starts_with("sep="));
    let head = declared.map_or(0, |line| line.len() + 1);
    let first = text.get(head..).unwrap_or_default().lines().next().unwrap_or_default();
    if first.trim_start().starts_with('{') {
        return objects(text);
    }
    for delimiter in [b',', b'\t', b';', b'|'] {
        let mut fields = first.split(char::from(delimiter));
        let is_path = |field: &str| field.trim().trim_matches('"').eq_ignore_ascii_case(COLUMN);
        if let Some(index) = fields.position(is_path) {
            return table(text, delimiter, index, usize::from(declared.is_some()));
        }
    }
    let lines = text.lines().enumerate().map(|(index, line)| (index + 1, line.to_owned()));
    Ok(lines.filter(|(_, line)| !line.trim().is_empty()).map(ListLine::new).collect())
}

/// The cells of a column below the header, which is preceded by some rows.
fn table(text: &str, delimiter: u8, column: usize, above: usize) -> InventoryLines {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut lines = Vec::new();
    for record in reader.records().skip(above + 1) {
        let record = record.map_err(|e| {
            (e.position().map_or(0, |p| p.line() as usize), "it is not valid CSV".to_owned())
        })?;
        let line = record.position().map_or(0, |p| p.line() as usize);
        let path = record.get(column).filter(|path| !path.trim().is_empty());
        lines.extend(path.map(|path| ListLine::new((line, path.to_owned()))));
    }
    Ok(lines)
}

/// A line of JSON; what else it has is passed over unread.
#[derive(Deserialize)]
struct ListedObject {
    path: Option<String>,
    #[serde(default)]
    object: Described,
}

/// The state of an object, or another value of that name in a list of somebody else.
#[derive(Deserialize)]
#[serde(untagged)]
enum Described {
    Object(ObjectState),
    Other(IgnoredAny),
}

impl Default for Described {
    fn default() -> Self {
        Self::Other(IgnoredAny)
    }
}

fn objects(text: &str) -> InventoryLines {
    let filled = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let no_path = || format!("it has no text called {COLUMN:?}");
    let path = |(index, line): (usize, &str)| {
        let object: Result<ListedObject, _> = serde_json::from_str(line);
        let line = index + 1;
        let listed = match object {
            Ok(ListedObject { path: Some(path), object: Described::Object(state) }) => {
                Ok(ListLine { line, path, object: Some(state) })
            }
            Ok(object) => object.path.map(|path| ListLine::new((line, path))).ok_or_else(no_path),
            Err(error) if error.is_data() => Err(no_path()),
            Err(error) => Err(format!("it is not valid JSON: {error}")),
        };
        listed.map_err(|reason| (line, reason))
    };
    filled.map(path).collect()
}
