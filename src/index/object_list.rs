//! A list of a bucket's objects that says what a listing says, such as an S3 Inventory: nothing is looked at.
//!
//! Source: "Cataloging and analyzing your data with S3 Inventory", Amazon S3 User Guide.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use serde::Deserialize;

use super::inventory_error::InventoryError;
use crate::disk::{open_regular, read_regular_text};
use crate::remote::{RemoteAddress, StoredObject};
use crate::sources::sniff;
use crate::tables::texts::{self, TextsError};

/// Objects of a list at most: their names are in memory.
const MOST_OBJECTS: usize = 4_000_000;
/// A line of a list at most: a key has 1,024 bytes, three times as many where it is encoded.
const LONGEST_LINE: usize = 1 << 20;

/// The objects of a list that are below an address.
#[derive(Debug, Default)]
pub(super) struct ObjectList {
    /// Those whose size, ETag and time the list says.
    pub known: Vec<StoredObject>,
    /// The keys of others.
    pub unknown: Vec<String>,
}

/// The columns that are used, by their names in lower case without `_`.
const COLUMNS: [&[&str]; 7] = [
    &["key"],
    &["size"],
    &["etag"],
    &["lastmodifieddate", "lastmodified"],
    &["islatest"],
    &["isdeletemarker"],
    &["bucket"],
];

/// The text of one row in each of the columns.
type ObjectRow<'r> = [Option<&'r str>; COLUMNS.len()];

impl ObjectList {
    /// Reads a list: a Parquet file or CSV with a header, that has the columns `key` and `size`, or the `manifest.json` of an
    /// S3 Inventory, whose files are beside it or in `../data`. Absent for a list of another form.
    ///
    /// # Errors
    /// When it cannot be read, is of another bucket, or has more than four million objects.
    pub fn read(list: &Path, address: &RemoteAddress) -> Result<Option<Self>, InventoryError> {
        let source = ListSource { path: list, address };
        let mut objects = Self::default();
        let file = open_regular(list).map_err(|error| source.unreadable(error))?;
        let mut head = Vec::new();
        let read = (&file).take(4096).read_to_end(&mut head);
        read.map_err(|error| source.unreadable(error))?;
        if sniff::is_parquet(&head) {
            return Ok(objects.take_parquet(&source)?.then_some(objects));
        }
        let is_manifest = list.extension().is_some_and(|end| end == "json")
            && String::from_utf8_lossy(&head).contains("\"fileSchema\"");
        if is_manifest {
            objects.take_manifest(&source)?;
            return Ok(Some(objects));
        }
        let mut rows = source.rows()?;
        let mut header = csv::StringRecord::new();
        // What has no such header is a list of another form, and read as one.
        if !rows.read_record(&mut header).unwrap_or(false) {
            return Ok(None);
        }
        let places = places(header.iter());
        if places[0].is_none() || places[1].is_none() {
            return Ok(None);
        }
        objects.take_rows(&source, rows, &places, false)?;
        Ok(Some(objects))
    }

    fn take_manifest(&mut self, source: &ListSource<'_>) -> Result<(), InventoryError> {
        let text = read_regular_text(source.path).map_err(|error| source.unreadable(error))?;
        let manifest: InventoryManifest =
            serde_json::from_str(&text).map_err(|error| source.line(1, &error.to_string()))?;
        let folder = source.path.parent().unwrap_or(Path::new(""));
        for file in &manifest.files {
            let name = Path::new(&file.key).file_name().unwrap_or_default();
            let places = [
                folder.join(name),
                folder.join("data").join(name),
                folder.join("../data").join(name),
            ];
            let place: Option<PathBuf> = places.into_iter().find(|place| place.is_file());
            let place = place.ok_or_else(|| {
                let name = name.to_string_lossy();
                source.line(1, &format!("its file {name} is neither beside it nor in ../data"))
            })?;
            let part = ListSource { path: &place, ..*source };
            match manifest.format.as_str() {
                "CSV" => {
                    let columns = places_of_schema(&manifest.schema);
                    self.take_rows(&part, part.rows()?, &columns, true)?;
                }
                "Parquet" if self.take_parquet(&part)? => {}
                "Parquet" => return Err(part.line(1, "it has no columns key and size")),
                _ => {
                    return Err(
                        source.line(1, "ORC is not read: let the inventory be CSV or Parquet")
                    );
                }
            }
        }
        Ok(())
    }

    /// Adds the rows of delimited text. In those of S3 keys are encoded.
    fn take_rows(
        &mut self,
        source: &ListSource<'_>,
        mut rows: csv::Reader<Box<dyn Read>>,
        places: &[Option<usize>; COLUMNS.len()],
        is_encoded: bool,
    ) -> Result<(), InventoryError> {
        let mut record = csv::StringRecord::new();
        loop {
            let more = rows.read_record(&mut record);
            let line = record.position().map_or(0, |position| position.line() as usize);
            let invalid = |error: csv::Error| match error.into_kind() {
                csv::ErrorKind::Io(error) => source.unreadable(error),
                _ => source.line(line, "it is not valid CSV"),
            };
            if !more.map_err(invalid)? {
                return Ok(());
            }
            let row: ObjectRow<'_> =
                places.map(|place| record.get(place?).filter(|cell| !cell.is_empty()));
            self.take_row(source, line, row, is_encoded)?;
        }
    }

    /// Adds the rows of a Parquet file. Returns whether it has the columns.
    fn take_parquet(&mut self, source: &ListSource<'_>) -> Result<bool, InventoryError> {
        let list = source.name();
        let failed = |error| InventoryError::Parquet { list: list.clone(), source: error };
        let column = |names: &[&str]| {
            for name in names {
                match texts::column(source.path, name) {
                    Err(TextsError::Column(_)) => {}
                    texts => return texts.map(Some).map_err(failed),
                }
            }
            Ok(None)
        };
        let (Some(keys), Some(sizes)) = (column(&["key"])?, column(&["size"])?) else {
            return Ok(false);
        };
        let others = [
            column(&["e_tag", "etag"])?,
            column(&["last_modified_date", "last_modified"])?,
            column(&["is_latest"])?,
            column(&["is_delete_marker"])?,
            column(&["bucket"])?,
        ];
        let [etags, times, latest, deleted, buckets] = &others;
        for (index, key) in keys.iter().enumerate() {
            let cell = |column: &Option<Vec<Option<String>>>| -> Option<String> {
                column.as_ref()?.get(index)?.clone()
            };
            let sizes = sizes.get(index).and_then(Option::as_deref);
            let others = [etags, times, latest, deleted, buckets].map(cell);
            let [etag, time, latest, deleted, bucket] = others.each_ref().map(Option::as_deref);
            let row = [key.as_deref(), sizes, etag, time, latest, deleted, bucket];
            self.take_row(source, index + 1, row, false)?;
        }
        Ok(true)
    }

    /// Adds one row, unless it is of an earlier version, a deleted object, a folder, or outside the prefix.
    fn take_row(
        &mut self,
        source: &ListSource<'_>,
        line: usize,
        row: ObjectRow<'_>,
        is_encoded: bool,
    ) -> Result<(), InventoryError> {
        let [key, size, etag, time, latest, deleted, bucket] = row;
        if let Some(bucket) = bucket.filter(|bucket| *bucket != source.address.bucket) {
            return Err(source.line(line, &format!("it is of the bucket {bucket:?}")));
        }
        let is = |cell: Option<&str>, text: &str| {
            cell.is_some_and(|cell| cell.eq_ignore_ascii_case(text))
        };
        let Some(key) = key.filter(|_| !is(latest, "false") && !is(deleted, "true")) else {
            return Ok(());
        };
        let key = if is_encoded { RemoteAddress::decode_key(key) } else { Some(key.to_owned()) };
        let key = key.ok_or_else(|| source.line(line, "its key is not encoded as S3 does"))?;
        if !key.starts_with(&source.address.prefix) || key.ends_with('/') {
            return Ok(());
        }
        if self.known.len() + self.unknown.len() >= MOST_OBJECTS {
            return Err(source.line(line, "the list has more than 4 million objects"));
        }
        match StoredObject::from_texts(&key, size, etag, time) {
            Some(object) => self.known.push(object),
            None => self.unknown.push(key),
        }
        Ok(())
    }
}

/// A list, and the address whose objects it should have.
#[derive(Clone, Copy)]
struct ListSource<'a> {
    path: &'a Path,
    address: &'a RemoteAddress,
}

impl ListSource<'_> {
    fn name(&self) -> String {
        self.path.display().to_string()
    }

    fn unreadable(&self, source: std::io::Error) -> InventoryError {
        InventoryError::Unreadable { list: self.name(), source }
    }

    fn line(&self, line: usize, reason: &str) -> InventoryError {
        InventoryError::Line { list: self.name(), line, reason: reason.to_owned() }
    }

    /// The rows of delimited text, which may be compressed.
    fn rows(&self) -> Result<csv::Reader<Box<dyn Read>>, InventoryError> {
        let open = || -> std::io::Result<Box<dyn Read>> {
            let mut head = Vec::new();
            let file: File = open_regular(self.path)?;
            (&file).take(2).read_to_end(&mut head)?;
            let is_compressed = head == [0x1f, 0x8b];
            let whole = std::io::Cursor::new(head).chain(BufReader::new(file));
            Ok(if is_compressed { Box::new(MultiGzDecoder::new(whole)) } else { Box::new(whole) })
        };
        let input = open().map_err(|error| self.unreadable(error))?;
        let input: Box<dyn Read> = Box::new(BoundedLines { input, length: 0 });
        Ok(csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(input))
    }
}

/// An input whose lines have a bound: a row is in memory, whatever inflates to it.
struct BoundedLines {
    input: Box<dyn Read>,
    /// Bytes since the last end of a line.
    length: usize,
}

impl Read for BoundedLines {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(buffer)?;
        for line in buffer[..count].split_inclusive(|byte| *byte == b'\n') {
            self.length += line.len();
            if self.length > LONGEST_LINE {
                return Err(io::Error::other("a line is longer than 1 MiB"));
            }
            if line.ends_with(b"\n") {
                self.length = 0;
            }
        }
        Ok(count)
    }
}

/// The manifest of an S3 Inventory.
#[derive(Deserialize)]
struct InventoryManifest {
    #[serde(rename = "fileFormat")]
    format: String,
    #[serde(rename = "fileSchema")]
    schema: String,
    files: Vec<InventoryFile>,
}

/// A file of an S3 Inventory.
#[derive(Deserialize)]
struct InventoryFile {
    key: String,
}

fn places_of_schema(schema: &str) -> [Option<usize>; COLUMNS.len()] {
    places(schema.split(','))
}

/// The place of each column in a header.
fn places<'a>(header: impl Iterator<Item = &'a str>) -> [Option<usize>; COLUMNS.len()] {
    let plain = |name: &str| {
        name.trim().trim_start_matches('\u{feff}').replace('_', "").to_ascii_lowercase()
    };
    let names: Vec<String> = header.map(plain).collect();
    COLUMNS.map(|wanted| names.iter().position(|name| wanted.contains(&name.as_str())))
}
