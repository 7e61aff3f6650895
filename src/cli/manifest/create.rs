//! `mammodex manifest create`.

use std::path::{Path, PathBuf};

use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};

use super::super::context::{CommandContext, SnapshotArgs};
use super::super::destination::{self, DestinationError, IfFileExists};
use super::super::outcome::{CliFailure, ExitOutcome};
use super::super::printer::note;
use crate::manifest::request::{FileLink, Include, PathNaming, RowGrain};
use crate::manifest::{
    self, Exclusion, ExclusionReason, Exclusions, IdentifyingHeaders, ManifestFormat,
    ManifestOptions, ManifestReport, ManifestSource,
};
use crate::results::escape;
use crate::saved::SavedName;
use crate::sources::source_root::SourceRoot;
use crate::text::counted;

/// Create a manifest: the images of a split or cohort as a list, or in the format of a training framework.
///
/// A table has one row per image: split, case_id, diagnosis, view, laterality, path,
/// sop_instance_uid; --per, --columns and --label change that. Rows are sorted by part, case and
/// path. Paths are relative to the data set's folder.
///
/// Excluded and counted: images of cases that a reader discarded, of exams that lack a view, and
/// images that an error-level finding concerns (--include keeps them); images whose file is missing,
/// always. The exit code is 1 if a file cannot be used.
///
/// FILE.provenance.json beside FILE has the snapshot with its checksums, the SQL, the split with its
/// seed, the counts, the classes and the checksum of FILE. `mammodex manifest verify FILE` compares all of it.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    mammodex manifest create pilot --format csv -o pilot.csv\n  \
    mammodex manifest create pilot --format coco --paths absolute -o pilot-coco\n  \
    mammodex manifest create pilot --label \"diagnosis = 'malignant'\" --columns split,case_id,path,age_years -o pilot.parquet\n  \
    mammodex manifest create pilot --materialise pilot --link hard")]
pub struct ManifestCreateArgs {
    /// Name of the split or cohort; the split if both have that name.
    source: SavedName,
    /// Format [default: that of the ending of FILE: .csv, .xlsx, .jsonl or .parquet].
    #[arg(long, value_enum)]
    format: Option<ManifestFormat>,
    /// File to write; a folder for coco, nnunet, yolo, imagefolder, webdataset and croissant.
    #[arg(short, long, value_name = "FILE", required_unless_present = "materialise")]
    output: Option<PathBuf>,
    #[command(flatten)]
    rows: RowArgs,
    #[command(flatten)]
    files: FileArgs,
    /// Replace an existing FILE and its provenance.
    #[arg(long)]
    force: bool,
    /// Folder of the data set, if it was moved since it was indexed, or its address, which is read only if it is
    /// named here.
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    #[command(flatten)]
    at: SnapshotArgs,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Rows and columns")]
struct RowArgs {
    /// Unit of the rows of a table.
    #[arg(long, value_enum, default_value_t = RowGrain::Image)]
    per: RowGrain,
    /// Columns of a table, from the split, images, patients, breasts and, per lesion, lesions; as
    /// TABLE.COLUMN if two tables have it.
    #[arg(long, value_delimiter = ',', value_name = "COLUMNS")]
    columns: Vec<String>,
    /// SQL condition for the column `label`: 1, 0, or empty if it is unknown.
    /// Patients are `p`, images `i`, contours `l`; `breast.diagnosis` is that of the image's side.
    #[arg(long, value_name = "CONDITION")]
    label: Option<String>,
    /// Name of the reader whose contours are used [default: all readers].
    #[arg(long, value_name = "READER")]
    reader: Option<String>,
    /// Images to include that are excluded by default.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "WHAT")]
    include: Vec<Include>,
    /// Classes in the order of their numbers, such as normal,malignant: diagnoses, or labels of
    /// contours for coco, nnunet and yolo [default: normal,benign,malignant].
    #[arg(long, value_delimiter = ',', value_name = "CLASSES")]
    classes: Vec<String>,
    /// Record the SHA-256 of every image's file: as a column of tables, else in the provenance.
    #[arg(long)]
    sha256: bool,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Files")]
struct FileArgs {
    /// Paths of the files in the manifest.
    #[arg(long, value_enum, default_value_t = PathStyleArg::Relative, value_name = "STYLE")]
    paths: PathStyleArg,
    /// Folder that paths are relative to.
    #[arg(long, value_name = "DIR", conflicts_with = "paths")]
    relative_to: Option<PathBuf>,
    /// Address that precedes the paths, such as s3://BUCKET/FOLDER.
    #[arg(long, value_name = "ADDRESS", conflicts_with_all = ["paths", "relative_to"])]
    under: Option<String>,
    /// Write the images as PNG beside the JSON files of coco.
    #[arg(long)]
    png: bool,
    /// De-identify the headers of copied files by the basic profile of DICOM PS3.15 annex E, private
    /// and nested attributes included; for webdataset and --materialise. Pixels are not cleaned.
    #[arg(long)]
    strip_identifiers: bool,
    /// File with the key of the UIDs that --strip-identifiers writes, outside catalog and data set; created
    /// where it does not exist. By default ~/.local/share/mammodex/pseudonym.key.
    #[arg(long, value_name = "FILE", env = "MAMMODEX_PSEUDONYM_KEY", hide_env_values = true)]
    pseudonym_key: Option<PathBuf>,
    /// Folder to create with the files by part and class, and a manifest.csv.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["output", "format"])]
    materialise: Option<PathBuf>,
    /// Form of the files in that folder.
    #[arg(long, value_enum, requires = "materialise", value_name = "FORM")]
    link: Option<FileLink>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum PathStyleArg {
    /// From the data set's folder.
    Relative,
    /// From the root of the file system.
    Absolute,
}

impl ValueEnum for ManifestFormat {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::FORMATS
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.as_str()).help(self.meaning()))
    }
}

/// The words of an option that the manifest's own types have.
macro_rules! words {
    ($kind:ty: $($value:path = $word:literal, $help:literal;)+) => {
        impl ValueEnum for $kind {
            fn value_variants<'a>() -> &'a [Self] {
                &[$($value),+]
            }

            fn to_possible_value(&self) -> Option<PossibleValue> {
                let (word, help) = match self { $($value => ($word, $help)),+ };
                Some(PossibleValue::new(word).help(help))
            }
        }
    };
}

words!(RowGrain:
    RowGrain::Image = "image", "One row per image";
    RowGrain::Patient = "patient", "One row per patient, images as lists";
    RowGrain::Lesion = "lesion", "One row per contour";
);
words!(Include:
    Include::Discarded = "discarded", "Cases that a reader discarded";
    Include::Incomplete = "incomplete", "Exams that lack a view";
    Include::Errors = "errors", "Images that an error-level finding concerns";
);
words!(FileLink:
    FileLink::Hard = "hard", "A second name of the file, on the same file system";
    FileLink::Sym = "sym", "A symbolic link";
    FileLink::Copy = "copy", "A copy";
);

impl ManifestCreateArgs {
    /// Returns the format: that of `--format`, else that of the file's ending.
    fn format(&self) -> Result<ManifestFormat, DestinationError> {
        if self.files.materialise.is_some() {
            return Ok(ManifestFormat::Folder);
        }
        if let Some(format) = self.format {
            return Ok(format);
        }
        let path = self.output.as_deref().unwrap_or(Path::new(""));
        let ending = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        let known = match ending.as_str() {
            "csv" => Some(ManifestFormat::Csv),
            "jsonl" | "ndjson" => Some(ManifestFormat::Jsonl),
            "parquet" => Some(ManifestFormat::Parquet),
            "xlsx" => Some(ManifestFormat::Xlsx),
            _ => None,
        };
        destination::check_ending(path, known.is_some(), &["csv", "xlsx", "jsonl", "parquet"])?;
        Ok(known.unwrap_or(ManifestFormat::Csv))
    }

    fn into_request(self) -> Result<manifest::ManifestRequest, CliFailure> {
        let format = self.format()?;
        let Self { output, rows, files, root, .. } = self;
        let paths = match (files.relative_to, files.under, files.paths) {
            (Some(folder), ..) => PathNaming::To(std::path::absolute(folder)?),
            (_, Some(address), _) => PathNaming::Under(address),
            (_, _, PathStyleArg::Absolute) => PathNaming::Absolute,
            (_, _, PathStyleArg::Relative) => PathNaming::Relative,
        };
        let is_copied =
            files.strip_identifiers || root.as_deref().is_some_and(SourceRoot::is_address);
        let default_link = if is_copied { FileLink::Copy } else { FileLink::Hard };
        let mut include = rows.include;
        include.sort_unstable();
        include.dedup();
        let options = ManifestOptions {
            per: rows.per,
            columns: rows.columns.iter().map(|name| name.trim().to_owned()).collect(),
            label: rows.label,
            paths,
            reader: rows.reader,
            include,
            sha256: rows.sha256,
            link: (format == ManifestFormat::Folder).then(|| files.link.unwrap_or(default_link)),
            format,
            classes: rows.classes,
            png: files.png,
            strip_identifiers: files.strip_identifiers,
        };
        let output = output.or(files.materialise).unwrap_or_default();
        let pseudonym_key = files.pseudonym_key;
        Ok(manifest::ManifestRequest { options, output, root, pseudonym_key })
    }
}

pub(super) fn run(
    context: &CommandContext,
    request: ManifestCreateArgs,
) -> Result<ExitOutcome, CliFailure> {
    let catalog = context.open(&request.at)?;
    let source = ManifestSource::find(catalog.dir(), &request.source)?;
    let name = request.source.clone();
    let if_exists = if request.force { IfFileExists::Replace } else { IfFileExists::Fail };
    let manifest_request = request.into_request()?;
    destination::check_place(context, &manifest_request.output, if_exists)?;
    destination::check_outside(&manifest_request.output, manifest_request.root.as_deref())?;
    let provenance = manifest::provenance_path(&manifest_request.output);
    destination::check_place(context, &provenance, if_exists)?;
    let report = manifest::create(&catalog, &source, &manifest_request)?;
    let (now, then) = (catalog.snapshot().id, source.snapshot());
    if now != then {
        note!("{name} was made on snapshot {then}; the images are those of {now}");
    }
    note!(
        "{}: {}",
        manifest_request.output.display(),
        summary(&report, manifest_request.options.per)
    );
    let unknown = report.labels.iter().filter(|((_, label), _)| label.is_none());
    let unknown: u64 = unknown.map(|(_, count)| count).sum();
    if unknown > 0 {
        note!("label not known: {}", counted(unknown, "row"));
    }
    for line in gaps(&report.exclusions) {
        note!("{line}");
    }
    if let Some(line) = identifying(&report.identifying, manifest_request.options.strip_identifiers)
    {
        note!("{line}");
    }
    if report.frames > 0 {
        note!("several frames: {}, one per frame", counted(report.frames, "PNG file"));
    }
    if report.inverted > 0 {
        let inverted = counted(report.inverted, "image");
        note!("MONOCHROME1: {inverted}, whose high values are dark; invert them when reading");
    }
    note!("provenance: {}", report.provenance.display());
    let Exclusions { gaps, cases_not_in_snapshot, .. } = report.exclusions;
    let faults = gaps.keys().any(|reason| reason.is_fault()) || cases_not_in_snapshot > 0;
    Ok(if faults { ExitOutcome::WithErrors } else { ExitOutcome::Done })
}

fn summary(report: &ManifestReport, per: RowGrain) -> String {
    let (mut patients, mut images) = (0, 0);
    for group in report.counts.values() {
        patients += group.patients;
        images += group.images;
    }
    let images_of_patients =
        format!("{} of {}", counted(images, "image"), counted(patients, "patient"));
    match per {
        RowGrain::Lesion => {
            format!("{} among {images_of_patients}", counted(report.rows, "contour"))
        }
        RowGrain::Image | RowGrain::Patient => images_of_patients,
    }
}

/// The most keywords that a line names.
const MOST_KEYWORDS: usize = 5;

/// What identifies persons in the headers that were copied: counts and keywords, never a value.
fn identifying(headers: &IdentifyingHeaders, is_stripped: bool) -> Option<String> {
    if headers.identifying_files == 0 {
        return None;
    }
    let files = format!("{} of {}", headers.identifying_files, counted(headers.files, "file"));
    if is_stripped {
        let count = counted(headers.attributes.len() as u64, "identifying attribute");
        return Some(format!("de-identified: {files}, {count}; pixels are not cleaned"));
    }
    let mut attributes: Vec<(&String, &u64)> = headers.attributes.iter().collect();
    attributes.sort_by_key(|(keyword, files)| (std::cmp::Reverse(**files), *keyword));
    let mut names: Vec<String> = attributes
        .iter()
        .take(MOST_KEYWORDS)
        .map(|(keyword, files)| format!("{keyword} ({files})"))
        .collect();
    if attributes.len() > MOST_KEYWORDS {
        names.push(format!("{} more in the provenance file", attributes.len() - MOST_KEYWORDS));
    }
    Some(format!(
        "identifying attributes are filled in: {files}: {}; remove them with --strip-identifiers",
        names.join(", ")
    ))
}

fn gaps(exclusions: &Exclusions) -> Vec<String> {
    let mut lines: Vec<String> = exclusions
        .gaps
        .iter()
        .map(|(reason, gap)| format!("excluded: {}", why(*reason, gap)))
        .collect();
    if exclusions.cases_without_images > 0 {
        lines.push(format!(
            "without an image: {}",
            counted(exclusions.cases_without_images, "patient")
        ));
    }
    if exclusions.cases_not_in_snapshot > 0 {
        let gone = counted(exclusions.cases_not_in_snapshot, "patient");
        lines.push(format!("excluded: {gone} that this snapshot does not have"));
    }
    lines
}

fn why(reason: ExclusionReason, gap: &Exclusion) -> String {
    let images = counted(gap.images, "image");
    let first = escape::visible(gap.first.as_deref().unwrap_or_default());
    match reason {
        ExclusionReason::Discarded => {
            format!("{images} of {}", counted(gap.cases, "discarded case"))
        }
        ExclusionReason::Incomplete => {
            format!("{images} of {}", counted(gap.cases, "incomplete exam"))
        }
        ExclusionReason::Error => format!(
            "{images} of {} with errors; they are the rows of image_errors",
            counted(gap.cases, "case")
        ),
        ExclusionReason::Undrawn => format!(
            "{images} of {} on which no reader has drawn",
            counted(gap.cases, "malignant case")
        ),
        ExclusionReason::Unclassed => format!("{images} without a class, the first is {first}"),
        ExclusionReason::Missing => format!("{images} whose file is missing, the first is {first}"),
        ExclusionReason::Archived => format!(
            "{images} in zip archives, which trainers do not open: unpack them and run `mammodex \
             index` again"
        ),
        ExclusionReason::Unreadable => {
            format!("{images} that cannot be read, the first is {first}")
        }
        ExclusionReason::Compressed => format!(
            "{images} whose pixels are compressed: decompress them (`gdcmconv --raw IN OUT`, or \
             dcmdjpeg of DCMTK) and run `mammodex index` again; the first is {first}"
        ),
        ExclusionReason::Identifying => {
            format!("{images} whose header cannot be de-identified, the first is {first}")
        }
        ExclusionReason::Unfit => {
            format!("{images} that the format cannot take, the first is {first}")
        }
    }
}
