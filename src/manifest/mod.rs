//! A cohort or split written for those who train on it, and beside it where it came from; and
//! whether a manifest still holds.

mod csv_file;
mod formats;
mod image;
mod image_root;
mod path_style;
mod prefetch;
mod provenance;
mod raster;
pub mod request;
mod roles;
mod rows;
mod selection;
mod source;
mod stream;
pub mod verify;

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::catalog::{Catalog, CatalogError};
use crate::cohort::CohortError;
use crate::disk::{ChecksumWriter, DiskError, WholeFile, WholeFolder, io_error};
use crate::results::{self, ResultError, ResultFormat};
use crate::saved::{SavedError, SavedName};
use crate::split::SplitError;
use crate::tables::batches::BatchError;

pub use provenance::OutputFile;
pub use request::{ManifestFormat, ManifestOptions, ManifestRequest};
pub use selection::{Exclusion, ExclusionReason, Exclusions, LabelCounts, PartCount, PartCounts};
pub use source::ManifestSource;

use formats::FormatJob;
use image::{ImageClasses, ManifestImages};
use path_style::PathStyle;
use selection::SelectedImages;

/// A manifest could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// The cohort or split could not be read.
    #[error(transparent)]
    Cohort(#[from] CohortError),
    /// The split could not be read.
    #[error(transparent)]
    Split(#[from] SplitError),
    /// There is neither a split nor a cohort of that name, or its files cannot be read.
    #[error(transparent)]
    Saved(#[from] SavedError),
    /// The catalog refused.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The rows could not be written.
    #[error(transparent)]
    Render(#[from] ResultError),
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
        name: SavedName,
        /// How many.
        count: u64,
    },
    /// What was asked for cannot be given.
    #[error("{0}")]
    Request(String),
    /// `FILE.provenance.json` is missing or not as mammodex writes it.
    #[error("{path}: {reason}")]
    Provenance {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A file cannot be read or written.
    #[error(transparent)]
    Disk(#[from] DiskError),
}

/// The file of a manifest that is one file.
type RowFile = ChecksumWriter<WholeFile>;

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestReport {
    /// Rows, where they are not images.
    pub rows: u64,
    /// Images by part and diagnosis.
    pub counts: PartCounts,
    /// Rows by part and label; empty without a label.
    pub labels: LabelCounts,
    /// What is not in it.
    pub left_out: Exclusions,
    /// The files that it is made of; one but for formats of several.
    pub files: Vec<OutputFile>,
    /// The file that says where it came from.
    pub provenance: PathBuf,
}

/// What the writing of rows came to.
struct RowOutcome {
    rows: u64,
    counts: PartCounts,
    labels: LabelCounts,
    columns: Vec<String>,
    /// The query of the rows, for tables.
    sql: Option<String>,
    /// The sum of what was chosen, for other formats.
    chosen: Option<String>,
}

/// Writes the manifest and, beside it, `FILE.provenance.json`. Each file or folder appears only when
/// whole.
///
/// Images of discarded cases, of incomplete exams and with errors are left out unless the request
/// includes them; images that are missing or lie in an archive always. All are counted.
///
/// # Errors
/// When the source was changed by hand, the data set's folder is not there, the request does not
/// fit the format, or a file cannot be written.
pub fn write(
    catalog: &Catalog,
    source: &ManifestSource,
    request: &ManifestRequest,
) -> Result<ManifestReport, ManifestError> {
    let options = &request.options;
    check(options)?;
    let root = root(catalog, request.root.as_deref())?;
    let listing = PathStyle::new(&options.paths, &root)?;
    let SelectedImages { sql: selection, counts, mut left_out } = if stream::fits(options) {
        // It is chosen while it is written, and the source checked before.
        let sql = selection::query(catalog, source, options)?;
        SelectedImages { sql, counts: PartCounts::new(), left_out: Exclusions::default() }
    } else {
        source.check(catalog.dir())?;
        let mut chosen = selection::choose(catalog, source, options)?;
        selection::look(catalog, &root, options.sha256, &mut chosen)?;
        chosen
    };
    let task = RowJob { catalog, source, options, listing: &listing, root: &root, counts };
    let failed = io_error("write", &request.output);
    let (written, files, mut done): (RowOutcome, Vec<OutputFile>, ManifestDraft) =
        if options.shape.is_folder() {
            let folder = WholeFolder::create(&request.output).map_err(failed)?;
            let (written, _) = task.items(folder.path(), &mut left_out)?;
            let files = provenance::files(folder.path(), options.shape)?;
            (written, files, ManifestDraft::Folder(folder))
        } else {
            let mut out = ChecksumWriter::new(WholeFile::create(&request.output).map_err(failed)?);
            let written = if stream::fits(options) {
                stream::write(&task, &selection, &mut out, &mut left_out)?
            } else {
                task.one_file(&mut out, &mut left_out)?
            };
            let (file, size, sha256) = out.finish();
            let path =
                request.output.file_name().unwrap_or_default().to_string_lossy().into_owned();
            (written, vec![OutputFile { path, size, sha256 }], ManifestDraft::File(file))
        };
    let provenance = provenance::beside(&request.output);
    let account =
        provenance::account(&task, &request.output, &selection, &written, &left_out, &files);
    // A disk is waited for once.
    let (account, settled) = rayon::join(
        || WholeFile::write(&provenance, format!("{account:#}\n").as_bytes()),
        || done.settle(),
    );
    account.map_err(io_error("write", &provenance))?;
    settled.and_then(|()| done.finish()).map_err(io_error("write", &request.output))?;
    let RowOutcome { rows, counts, labels, .. } = written;
    Ok(ManifestReport { rows, counts, labels, left_out, files, provenance })
}

/// What is being written, until it is whole.
enum ManifestDraft {
    File(WholeFile),
    Folder(WholeFolder),
}

impl ManifestDraft {
    /// Brings a file to disk.
    fn settle(&mut self) -> io::Result<()> {
        match self {
            Self::File(file) => file.sync(),
            Self::Folder(_) => Ok(()),
        }
    }

    fn finish(self) -> io::Result<()> {
        match self {
            Self::File(file) => file.finish(),
            Self::Folder(folder) => folder.finish(),
        }
    }
}

/// Refuses options that the format has no use for: ignored, they would mislead.
fn check(options: &ManifestOptions) -> Result<(), ManifestError> {
    let shape = options.shape.as_str();
    let refused = |option: &str| {
        let why = format!("{option}: it is for csv, jsonl and parquet; {shape} has its own form");
        Err(ManifestError::Request(why))
    };
    if !options.shape.is_table() {
        if options.per != request::RowGrain::Image {
            return refused("--per");
        }
        if !options.columns.is_empty() {
            return refused("--columns");
        }
        if options.sha256 {
            return refused("--sha256");
        }
    }
    if options.sha256 && options.per == request::RowGrain::Patient {
        return Err(ManifestError::Request(
            "--sha256: a patient's row has several files; use --per image".to_owned(),
        ));
    }
    if options.sha256
        && !(options.columns.is_empty() || options.columns.contains(&"path".to_owned()))
    {
        let why = "--sha256: a sum says little without its file: give the column path too";
        return Err(ManifestError::Request(why.to_owned()));
    }
    let drawn = options.shape.has_outlines() || options.per == request::RowGrain::Lesion;
    if options.reader.is_some() && !drawn {
        let why = "--reader: it is for formats with contours and for --per lesion";
        return Err(ManifestError::Request(why.to_owned()));
    }
    Ok(())
}

fn root(catalog: &Catalog, given: Option<&Path>) -> Result<PathBuf, ManifestError> {
    let recorded = Path::new(&catalog.snapshot().root);
    let root = given.unwrap_or(recorded).to_owned();
    if root.is_dir() { Ok(root) } else { Err(ManifestError::Root(root)) }
}

/// What rows are made from.
struct RowJob<'a> {
    catalog: &'a Catalog,
    source: &'a ManifestSource,
    options: &'a ManifestOptions,
    listing: &'a PathStyle,
    root: &'a Path,
    /// What was chosen.
    counts: PartCounts,
}

impl RowJob<'_> {
    /// A format that is one file.
    fn one_file(
        &self,
        out: &mut RowFile,
        left_out: &mut Exclusions,
    ) -> Result<RowOutcome, ManifestError> {
        if self.options.shape.is_table() {
            return self.table(out);
        }
        let (written, text) = self.items(Path::new(""), left_out)?;
        out.write_all(text.as_bytes()).map_err(ResultError::from)?;
        Ok(written)
    }

    /// CSV, JSON lines or Parquet: what the query gives.
    fn table(&self, out: &mut RowFile) -> Result<RowOutcome, ManifestError> {
        let query = rows::table(self.catalog, self.source, self.options, self.listing)?;
        let mut results = self.catalog.query(&query.sql)?;
        let rows = match self.options.shape {
            ManifestFormat::Parquet => results::parquet::write(&mut results, &mut *out)?,
            shape => {
                let format = if shape == ManifestFormat::Csv {
                    ResultFormat::Csv
                } else {
                    ResultFormat::Jsonl
                };
                let mut sink = results::sink(format, results::TableFit::default());
                results::write(&mut results, sink.as_mut(), out)?
            }
        };
        drop(results);
        let labels = if self.options.label.is_some() {
            self.labels(&query.sql)?
        } else {
            LabelCounts::new()
        };
        Ok(RowOutcome {
            rows,
            counts: self.counts.clone(),
            labels,
            columns: query.columns,
            sql: Some(query.sql),
            chosen: None,
        })
    }

    fn labels(&self, sql: &str) -> Result<LabelCounts, ManifestError> {
        let split = if self.options.columns.is_empty()
            || self.options.columns.iter().any(|column| column == "split")
        {
            "split"
        } else {
            "NULL"
        };
        let rows = self.catalog.rows(&format!(
            "SELECT {split}::VARCHAR, label::VARCHAR, count(*) FROM ({sql}) GROUP BY ALL ORDER BY ALL"
        ))?;
        Ok(rows.into_iter().map(|(split, label, count)| ((split, label), count)).collect())
    }

    /// Every other format. Gives its text when it is one file.
    fn items(
        &self,
        folder: &Path,
        left_out: &mut Exclusions,
    ) -> Result<(RowOutcome, String), ManifestError> {
        let mut parts: Vec<String> = self.source.parts().into_iter().map(str::to_owned).collect();
        let is_split = !parts.is_empty();
        if !is_split {
            parts.push("all".to_owned());
        }
        let categories = if self.options.shape.has_outlines() {
            image::categories(self.catalog, self.options)?
        } else {
            Vec::new()
        };
        let mut writer = formats::writer(FormatJob {
            name: self.source.name().to_string(),
            folder: folder.to_owned(),
            parts,
            is_split,
            classes: ImageClasses::new(self.catalog, self.options)?,
            categories,
            options: self.options.clone(),
            root: self.root.canonicalize().map_err(io_error("find", self.root))?,
        })?;
        let mut tally = ImageTally::default();
        let mut items = ManifestImages::start(
            self.catalog,
            self.source,
            self.options,
            self.listing,
            self.root,
        )?;
        while let Some(images) = items.next()? {
            for image in writer.images(images, left_out)? {
                tally.count(&image, self.options.label.is_some());
            }
        }
        let text = writer.finish()?;
        let ImageTally { rows, counts, labels, .. } = tally;
        let written = RowOutcome {
            rows,
            counts,
            labels,
            columns: Vec::new(),
            sql: None,
            chosen: Some(items.sum()),
        };
        Ok((written, text))
    }
}

/// Counts images as they are written.
#[derive(Default)]
struct ImageTally {
    rows: u64,
    counts: PartCounts,
    labels: LabelCounts,
    cases: BTreeSet<(Option<String>, String)>,
}

impl ImageTally {
    fn count(&mut self, image: &image::ManifestImage, labelled: bool) {
        self.rows += 1;
        let group = self.counts.entry((image.split.clone(), image.diagnosis.clone())).or_default();
        group.images += 1;
        if self.cases.insert((image.split.clone(), image.case_id.clone())) {
            group.patients += 1;
        }
        if labelled {
            let label = image.label.map(|label| label.to_string());
            *self.labels.entry((image.split.clone(), label)).or_default() += 1;
        }
    }
}
