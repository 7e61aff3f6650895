//! `mammodex manifest create`.

use std::path::PathBuf;

use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};

use super::super::{CliFailure, ExitOutcome, GlobalArgs, SnapshotArgs, many, open};
use crate::manifest::request::{FileLink, Include, PathNaming, RowGrain};
use crate::manifest::{
    self, Exclusion, ExclusionReason, Exclusions, ManifestFormat, ManifestOptions, ManifestReport,
    ManifestSource,
};
use crate::results::escape;
use crate::saved::SavedName;

/// Write the images of a split or cohort as a list, or in the form that a trainer reads.
///
/// A table has one row per image: split, case_id, diagnosis, view, laterality, path,
/// sop_instance_uid; --per, --columns and --label make others. Rows are sorted by part, case and
/// path. Paths are relative to the data set's folder.
///
/// Left out and counted: images of cases that a reader discarded, of exams that lack a view, and
/// those that an error-level finding concerns (--include keeps them); images whose file is missing,
/// always. Exit code 1 when a file is at fault.
///
/// Beside FILE stands FILE.provenance.json: the snapshot with its checksums, the SQL, the split
/// with its seed, the counts, and the sum of FILE. `mammodex manifest verify FILE` checks all of it.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    mammodex manifest create pilot --format csv -o pilot.csv\n  \
    mammodex manifest create pilot --format coco --paths absolute -o pilot-coco\n  \
    mammodex manifest create pilot --label \"diagnosis = 'malignant'\" --columns split,case_id,path,age_years -o pilot.parquet\n  \
    mammodex manifest create pilot --materialise pilot --link hard")]
pub struct ManifestCreateArgs {
    /// Name of the split or cohort; the split where both have it.
    source: SavedName,
    /// How it is written; without it the name of FILE decides, else CSV.
    #[arg(long, value_enum)]
    format: Option<ManifestFormat>,
    /// The file; the folder for coco, nnunet, yolo, imagefolder, webdataset and croissant.
    #[arg(short, long, value_name = "FILE", required_unless_present = "materialise")]
    output: Option<PathBuf>,
    #[command(flatten)]
    rows: RowArgs,
    #[command(flatten)]
    files: FileArgs,
    /// Where the data set lies now, when it was moved.
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    #[command(flatten)]
    at: SnapshotArgs,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Rows and columns")]
struct RowArgs {
    /// What a row of a table is.
    #[arg(long, value_enum, default_value_t = RowGrain::Image)]
    per: RowGrain,
    /// Columns of a table: those of the split, images, patients, breasts and, per lesion, lesions;
    /// TABLE.COLUMN says which is meant.
    #[arg(long, value_delimiter = ',', value_name = "COLUMNS")]
    columns: Vec<String>,
    /// An SQL condition that becomes the column `label`: 1, 0, or empty where it is not known.
    /// Patients are `p`, images `i`, contours `l`; `breast.diagnosis` is that of the image's side.
    #[arg(long, value_name = "CONDITION")]
    label: Option<String>,
    /// Take the contours of this reader alone; else those of all readers.
    #[arg(long, value_name = "READER")]
    reader: Option<String>,
    /// Keep what is left out otherwise.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "WHAT")]
    include: Vec<Include>,
    /// Add the SHA-256 of every image's file.
    #[arg(long)]
    sha256: bool,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Files")]
struct FileArgs {
    /// How files are named.
    #[arg(long, value_enum, default_value_t = PathStyleArg::Relative, value_name = "HOW")]
    paths: PathStyleArg,
    /// Name files relative to this folder instead.
    #[arg(long, value_name = "DIR", conflicts_with = "paths")]
    relative_to: Option<PathBuf>,
    /// Name files below this address instead, such as s3://BUCKET/FOLDER.
    #[arg(long, value_name = "ADDRESS", conflicts_with_all = ["paths", "relative_to"])]
    under: Option<String>,
    /// Lay the files out in DIR by part and class, beside a manifest.csv.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["output", "format"])]
    materialise: Option<PathBuf>,
    /// How they are laid out.
    #[arg(long, value_enum, requires = "materialise", value_name = "HOW")]
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
    RowGrain::Image = "image", "one row per image";
    RowGrain::Patient = "patient", "one row per patient, images as lists";
    RowGrain::Lesion = "lesion", "one row per contour";
);
words!(Include:
    Include::Discarded = "discarded", "cases that a reader discarded";
    Include::Incomplete = "incomplete", "exams that lack a view";
    Include::Errors = "errors", "images that an error-level finding concerns";
);
words!(FileLink:
    FileLink::Hard = "hard", "a second name of the file, on the same file system";
    FileLink::Sym = "sym", "a symbolic link";
    FileLink::Copy = "copy", "a copy";
);

impl ManifestCreateArgs {
    fn shape(&self) -> ManifestFormat {
        let ending = self.output.as_ref().and_then(|path| path.extension());
        let ending = ending.unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        self.format.unwrap_or_else(|| match ending.as_str() {
            _ if self.files.materialise.is_some() => ManifestFormat::Folder,
            "jsonl" | "ndjson" => ManifestFormat::Jsonl,
            "parquet" => ManifestFormat::Parquet,
            _ => ManifestFormat::Csv,
        })
    }

    fn order(self) -> std::io::Result<manifest::ManifestRequest> {
        let shape = self.shape();
        let Self { output, rows, files, root, .. } = self;
        let paths = match (files.relative_to, files.under, files.paths) {
            (Some(folder), ..) => PathNaming::To(std::path::absolute(folder)?),
            (_, Some(address), _) => PathNaming::Under(address),
            (_, _, PathStyleArg::Absolute) => PathNaming::Absolute,
            (_, _, PathStyleArg::Relative) => PathNaming::Relative,
        };
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
            link: (shape == ManifestFormat::Folder).then(|| files.link.unwrap_or(FileLink::Hard)),
            shape,
        };
        let output = output.or(files.materialise).unwrap_or_default();
        Ok(manifest::ManifestRequest { options, output, root })
    }
}

pub(super) fn run(
    global: &GlobalArgs,
    request: ManifestCreateArgs,
) -> Result<ExitOutcome, CliFailure> {
    let catalog = open(global, &request.at)?;
    let source = ManifestSource::find(catalog.dir(), &request.source)?;
    let name = request.source.clone();
    let order = request.order()?;
    let report = manifest::write(&catalog, &source, &order)?;
    let (now, then) = (catalog.snapshot().id, source.snapshot());
    if now != then {
        eprintln!("{name} was made on snapshot {then}; the images are those of {now}");
    }
    eprintln!("{}: {}", order.output.display(), summary(&report, order.options.per));
    let unknown = report.labels.iter().filter(|((_, label), _)| label.is_none());
    let unknown: u64 = unknown.map(|(_, count)| count).sum();
    if unknown > 0 {
        eprintln!("label not known: {}", many(unknown, "row"));
    }
    for line in gaps(&report.left_out) {
        eprintln!("{line}");
    }
    eprintln!("where it came from: {}", report.provenance.display());
    let Exclusions { gaps, cases_not_in_snapshot, .. } = report.left_out;
    let faults = gaps.keys().any(|reason| reason.is_fault()) || cases_not_in_snapshot > 0;
    Ok(if faults { ExitOutcome::WithErrors } else { ExitOutcome::Done })
}

fn summary(report: &ManifestReport, per: RowGrain) -> String {
    let (mut patients, mut images) = (0, 0);
    for group in report.counts.values() {
        patients += group.patients;
        images += group.images;
    }
    let of = format!("{} of {}", many(images, "image"), many(patients, "patient"));
    match per {
        RowGrain::Lesion => format!("{} among {of}", many(report.rows, "contour")),
        RowGrain::Image | RowGrain::Patient => of,
    }
}

fn gaps(left_out: &Exclusions) -> Vec<String> {
    let mut lines: Vec<String> = left_out
        .gaps
        .iter()
        .map(|(reason, gap)| format!("left out: {}", why(*reason, gap)))
        .collect();
    if left_out.cases_without_images > 0 {
        lines.push(format!("without an image: {}", many(left_out.cases_without_images, "patient")));
    }
    if left_out.cases_not_in_snapshot > 0 {
        let gone = many(left_out.cases_not_in_snapshot, "patient");
        lines.push(format!("left out: {gone} that this snapshot does not have"));
    }
    lines
}

fn why(reason: ExclusionReason, gap: &Exclusion) -> String {
    let images = many(gap.images, "image");
    let first = escape::visible(gap.first.as_deref().unwrap_or_default());
    match reason {
        ExclusionReason::Discarded => format!("{images} of {}", many(gap.cases, "discarded case")),
        ExclusionReason::Incomplete => {
            format!("{images} of {}", many(gap.cases, "incomplete exam"))
        }
        ExclusionReason::Error => format!(
            "{images} of {} with errors; they are the rows of image_errors",
            many(gap.cases, "case")
        ),
        ExclusionReason::Undrawn => format!(
            "{images} of {} on which no reader has drawn",
            many(gap.cases, "malignant case")
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
        ExclusionReason::Unfit => {
            format!("{images} that the format cannot take, the first is {first}")
        }
    }
}
