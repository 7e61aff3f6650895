//! One manifest: selected, written, and published with its provenance.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::ManifestError;
use super::image_root::ImageRoot;
use super::job::{IdentifyingHeaders, ManifestContent, ManifestJob};
use super::path_style::PathStyle;
use super::provenance::{self, OutputFile};
use super::request::{FileLink, ManifestOptions, ManifestRequest, RowGrain};
use super::selection::{self, Exclusions, LabelCounts, PartCounts, SelectedImages};
use super::source::ManifestSource;
use super::{stream, table, trainer};
use crate::catalog::Catalog;
use crate::disk::{ChecksumWriter, WholeFile, WholeFolder, io_error};
use crate::results::ResultError;
use crate::sources::profile::PseudonymKeyFile;

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestReport {
    /// Rows, where they are not images.
    pub rows: u64,
    /// Images by part and diagnosis.
    pub counts: PartCounts,
    /// Rows by part and label; empty without a label.
    pub labels: LabelCounts,
    /// What was excluded, by reason.
    pub exclusions: Exclusions,
    /// Identifying attributes in the headers that the format copies.
    pub identifying: IdentifyingHeaders,
    /// Images whose values are inverted (MONOCHROME1) in the DICOM files that the manifest hands on.
    pub inverted: u64,
    /// PNG files of images of several frames, one per frame.
    pub frames: u64,
    /// The files of the manifest; several where the format is a folder.
    pub files: Vec<OutputFile>,
    /// The file with the provenance.
    pub provenance: PathBuf,
}

/// Writes a manifest and then, beside it, `FILE.provenance.json`. Each file or folder appears only
/// when whole.
///
/// Images of discarded cases, of incomplete exams and with errors are excluded unless the request
/// includes them; images that are missing or in an archive always. All are counted.
///
/// # Errors
/// When the source was changed by hand, the data set's folder is missing, the request does not fit
/// the format, or a file cannot be written.
pub fn create(
    catalog: &Catalog,
    source: &ManifestSource,
    request: &ManifestRequest,
) -> Result<ManifestReport, ManifestError> {
    let options = &request.options;
    check_options(options)?;
    let root = Arc::new(open_root(catalog, request)?);
    let path_style = PathStyle::new(&options.paths, &root)?;
    let uid_key = options.strip_identifiers.then(|| {
        PseudonymKeyFile::locate(request.pseudonym_key.as_deref(), catalog.dir(), root.path())?
            .read_or_create()
    });
    let uid_key = uid_key.transpose()?;
    let SelectedImages { sql: selection, counts, mut exclusions } = if stream::fits(options, &root)
    {
        // The images are selected while they are written, and the source is checked before.
        let sql = selection::query(catalog, source, options)?;
        SelectedImages { sql, counts: PartCounts::new(), exclusions: Exclusions::default() }
    } else {
        source.check(catalog.dir())?;
        let mut selected = selection::select(catalog, source, options)?;
        selection::find_files(catalog, &root, options.sha256, &mut selected)?;
        selected
    };
    let path_style = &path_style;
    let job = ManifestJob {
        catalog,
        source,
        options,
        path_style,
        root: Arc::clone(&root),
        counts,
        uid_key,
    };
    let failed = io_error("write", &request.output);
    let (content, files, mut draft) = if options.format.is_folder() {
        let folder = WholeFolder::create(&request.output).map_err(failed)?;
        let (content, _) = trainer::write(&job, folder.path(), &mut exclusions)?;
        let files = provenance::files(folder.path(), options)?;
        (content, files, ManifestDraft::Folder(folder))
    } else {
        let file = WholeFile::create(&request.output).map_err(failed)?;
        write_file(&job, &selection, &request.output, file, &mut exclusions)?
    };
    root.check()?;
    let path = provenance::beside(&request.output);
    let text = provenance::text(&job, &request.output, &selection, &content, &exclusions, &files)?;
    let mut account = WholeFile::create(&path).map_err(io_error("write", &path))?;
    account.write_all(text.as_bytes()).map_err(io_error("write", &path))?;
    // The disk is waited for once; the provenance appears after what it describes.
    let (synced, account_synced) = rayon::join(|| draft.sync(), || account.sync());
    synced.and_then(|()| draft.finish()).map_err(io_error("write", &request.output))?;
    account_synced.and_then(|()| account.finish()).map_err(io_error("write", &path))?;
    let ManifestContent { rows, counts, labels, identifying, inverted, frames, .. } = content;
    let provenance = path;
    Ok(ManifestReport {
        rows,
        counts,
        labels,
        exclusions,
        identifying,
        inverted,
        frames,
        files,
        provenance,
    })
}

/// Writes a manifest that is one file.
fn write_file(
    job: &ManifestJob<'_>,
    selection: &str,
    path: &Path,
    file: WholeFile,
    exclusions: &mut Exclusions,
) -> Result<(ManifestContent, Vec<OutputFile>, ManifestDraft), ManifestError> {
    let mut out = ChecksumWriter::new(file);
    let content = if stream::fits(job.options, &job.root) {
        stream::write(job, selection, &mut out, exclusions)?
    } else if job.options.format.is_table() {
        table::write(job, &mut out)?
    } else {
        let (content, text) = trainer::write(job, Path::new(""), exclusions)?;
        out.write_all(text.as_bytes()).map_err(ResultError::from)?;
        content
    };
    let (file, size, sha256) = out.finish();
    let path = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let files = vec![OutputFile { path, size, sha256: Some(sha256) }];
    Ok((content, files, ManifestDraft::File(file)))
}

/// What is being written, until it is whole.
enum ManifestDraft {
    File(WholeFile),
    Folder(WholeFolder),
}

impl ManifestDraft {
    fn sync(&mut self) -> io::Result<()> {
        match self {
            Self::File(file) => file.sync(),
            Self::Folder(folder) => folder.sync(),
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
fn check_options(options: &ManifestOptions) -> Result<(), ManifestError> {
    let format = options.format;
    let refused = |why: String| Err(ManifestError::Request(why));
    if !format.is_table() {
        let unused =
            [("--per", options.per != RowGrain::Image), ("--columns", !options.columns.is_empty())];
        if let Some((option, _)) = unused.iter().find(|(_, given)| *given) {
            return refused(format!(
                "{option}: it is for csv, jsonl and parquet; {} has its own form",
                format.as_str()
            ));
        }
    }
    if options.png && !format.may_write_png() {
        return refused(format!("--png: it is for coco; {} has no use for it", format.as_str()));
    }
    if options.strip_identifiers && !format.copies_headers() {
        return refused(format!(
            "--strip-identifiers: it is for webdataset and --materialise; {} copies no headers",
            format.as_str()
        ));
    }
    if options.strip_identifiers && options.link.is_some_and(|link| link != FileLink::Copy) {
        return refused(
            "--strip-identifiers: a link has the header of its file: use --link copy".to_owned(),
        );
    }
    if !options.classes.is_empty() && !format.has_classes() && !format.has_outlines() {
        return refused(format!("--classes: {} has no class numbers", format.as_str()));
    }
    if options.sha256 && options.per == RowGrain::Patient {
        return refused("--sha256: a patient's row has several files; use --per image".to_owned());
    }
    let has_path = options.columns.is_empty() || options.columns.iter().any(|name| name == "path");
    if options.sha256 && format.is_table() && !has_path {
        let why = "--sha256: a checksum says little without its file: give the column path too";
        return refused(why.to_owned());
    }
    let drawn = format.has_outlines() || options.per == RowGrain::Lesion;
    if options.reader.is_some() && !drawn {
        return refused(
            "--reader: it is for formats with contours and for --per lesion".to_owned(),
        );
    }
    Ok(())
}

/// Opens the data set; refuses what one in a store does not have.
fn open_root(catalog: &Catalog, request: &ManifestRequest) -> Result<ImageRoot, ManifestError> {
    let recorded = Path::new(&catalog.snapshot().root);
    let root = ImageRoot::locate(request.root.as_deref(), recorded)?;
    let link = request.options.link;
    if root.folder().is_none() && link.is_some_and(|link| link != FileLink::Copy) {
        return Err(ManifestError::Request(
            "--link: no link can lead to an object of a store: use --link copy".to_owned(),
        ));
    }
    Ok(root)
}
