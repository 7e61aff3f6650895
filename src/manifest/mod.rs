//! A cohort or split written for those who train on it: one row per image, and beside the file
//! where it came from.

mod provenance;
mod rows;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::catalog::file::WholeFile;
use crate::catalog::{Catalog, CatalogError};
use crate::cohort::{self, Cohort, CohortError, Definition, Name, Split};
use crate::render::{self, Format, RenderError, Sink};
use crate::tables::batches::{BatchError, BatchWriter};
use crate::tables::snapshot::hex;

pub use rows::{Counts, Group, LeftOut};

/// The columns of a manifest, in order.
pub const COLUMNS: [&str; 7] =
    ["split", "case_id", "diagnosis", "view", "laterality", "path", "sop_instance_uid"];

/// A manifest could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// The cohort or split could not be read.
    #[error(transparent)]
    Cohort(#[from] CohortError),
    /// The catalog refused.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The rows could not be written.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// Parquet refused.
    #[error(transparent)]
    Parquet(#[from] BatchError),
    /// The data set is not where the snapshot found it.
    #[error("the data set is not at {0}, where the snapshot found it; name its folder with --root")]
    Root(PathBuf),
    /// A patient stands in several parts of the split.
    #[error("{count} patients stand more than once in split {name}: make it again")]
    Overlap {
        /// The split.
        name: Name,
        /// How many.
        count: u64,
    },
    /// A file cannot be written.
    #[error("cannot write {path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

/// How a manifest is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// CSV; cells that a spreadsheet would run are defused, paths by `./` before them, which names
    /// the same file.
    Csv,
    /// One JSON object per line.
    Jsonl,
    /// Parquet.
    Parquet,
}

impl Shape {
    /// The name that options and provenance use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Jsonl => "jsonl",
            Self::Parquet => "parquet",
        }
    }
}

/// What a manifest is made of.
#[derive(Debug, Clone, PartialEq)]
pub enum Source {
    /// The parts of a split.
    Split(Box<Split>),
    /// A cohort; its manifest's column `split` is empty.
    Cohort(Cohort),
}

impl Source {
    /// The split of that name, else the cohort.
    ///
    /// # Errors
    /// When there is neither.
    pub fn find(catalog: &Path, name: &Name) -> Result<Self, CohortError> {
        match cohort::load_split(catalog, name) {
            Ok(split) => Ok(Self::Split(Box::new(split))),
            Err(CohortError::Missing { .. }) => match cohort::load(catalog, name) {
                Ok(cohort) => Ok(Self::Cohort(cohort)),
                Err(CohortError::Missing { .. }) => Err(cohort::nothing_called(catalog, name)),
                Err(error) => Err(error),
            },
            Err(error) => Err(error),
        }
    }

    fn definition(&self) -> Definition {
        match self {
            Self::Split(split) => split.definition(),
            Self::Cohort(cohort) => cohort.definition(),
        }
    }

    /// The snapshot that it was made on.
    pub fn snapshot(&self) -> u32 {
        match self {
            Self::Split(split) => split.snapshot,
            Self::Cohort(cohort) => cohort.snapshot,
        }
    }
}

/// What a manifest shall be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// How it is written.
    pub shape: Shape,
    /// The file.
    pub output: PathBuf,
    /// Where the data set lies, when not where the snapshot found it.
    pub root: Option<PathBuf>,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Images by part and diagnosis.
    pub counts: Counts,
    /// What is not in it.
    pub left_out: LeftOut,
    /// SHA-256 of the manifest.
    pub sha256: String,
    /// The file that says where it came from.
    pub provenance: PathBuf,
}

/// Writes the manifest and, beside it, `FILE.provenance.json`. Both appear only when whole.
///
/// Images of discarded cases, and images that are missing or lie in an archive, are left out and
/// counted.
///
/// # Errors
/// When the source was changed by hand, the data set's folder is not there, or a file cannot be
/// written.
pub fn write(
    catalog: &Catalog,
    source: &Source,
    request: &Request,
) -> Result<Report, ManifestError> {
    if let Source::Split(split) = source {
        split.verify(catalog)?;
        let count = split.overlap(catalog)?;
        if count > 0 {
            return Err(ManifestError::Overlap { name: split.name.clone(), count });
        }
    }
    let recorded = PathBuf::from(&catalog.snapshot().root);
    let root = request.root.clone().unwrap_or(recorded);
    if !root.is_dir() {
        return Err(ManifestError::Root(root));
    }
    let mut left_out = rows::beforehand(catalog, source)?;
    let failed = |source| ManifestError::Io { path: request.output.clone(), source };
    let mut out = Summing::new(WholeFile::create(&request.output).map_err(failed)?);
    let counts = match request.shape {
        Shape::Csv => text(catalog, source, &root, Format::Csv, &mut left_out, &mut out)?,
        Shape::Jsonl => text(catalog, source, &root, Format::Jsonl, &mut left_out, &mut out)?,
        Shape::Parquet => parquet(catalog, source, &root, &mut left_out, &mut out)?,
    };
    let (file, sha256) = out.finish();
    let provenance = beside(&request.output);
    let report = Report { counts, left_out, sha256, provenance: provenance.clone() };
    let account = provenance::account(catalog, source, request, &root, &report);
    WholeFile::write(&provenance, format!("{account:#}\n").as_bytes())
        .map_err(|source| ManifestError::Io { path: provenance, source })?;
    file.finish().map_err(failed)?;
    Ok(report)
}

fn text(
    catalog: &Catalog,
    source: &Source,
    root: &Path,
    format: Format,
    left_out: &mut LeftOut,
    out: &mut dyn Write,
) -> Result<Counts, ManifestError> {
    let mut sink: Box<dyn Sink> = render::sink(format, render::Fit::default());
    let mut rows = rows::Rows::start(catalog, source, root)?;
    sink.begin(&rows.schema(), out)?;
    while let Some(batch) = rows.next(left_out)? {
        let batch = if format == Format::Csv { rows::spreadsheet_paths(&batch)? } else { batch };
        sink.batch(&batch, out)?;
    }
    sink.end(out)?;
    out.flush().map_err(RenderError::from)?;
    Ok(rows.counts())
}

fn parquet<W: Write + Send>(
    catalog: &Catalog,
    source: &Source,
    root: &Path,
    left_out: &mut LeftOut,
    out: &mut W,
) -> Result<Counts, ManifestError> {
    let mut rows = rows::Rows::start(catalog, source, root)?;
    let mut file = BatchWriter::new(out, &rows.schema())?;
    while let Some(batch) = rows.next(left_out)? {
        file.push(&batch)?;
    }
    file.finish()?;
    Ok(rows.counts())
}

/// `FILE.provenance.json`.
fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!("{name}.provenance.json"))
}

/// Where an image is.
enum Place {
    /// A file that can be opened.
    There,
    /// Nowhere.
    Missing,
    /// In a zip archive: what reads a manifest opens files.
    Archived,
}

fn place(root: &Path, path: &str) -> Place {
    let is_file = |path: &str| fs::metadata(root.join(path)).is_ok_and(|m| m.is_file());
    if is_file(path) {
        return Place::There;
    }
    let mut ends = path.match_indices("!/").map(|(at, _)| at);
    if ends.any(|at| is_file(&path[..at])) { Place::Archived } else { Place::Missing }
}

/// A file being written, and the sum of what went into it.
struct Summing {
    file: WholeFile,
    hasher: Sha256,
}

impl Summing {
    fn new(file: WholeFile) -> Self {
        Self { file, hasher: Sha256::new() }
    }

    fn finish(self) -> (WholeFile, String) {
        (self.file, hex(&self.hasher.finalize()))
    }
}

impl Write for Summing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
