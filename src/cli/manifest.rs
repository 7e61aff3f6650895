//! `mammodex manifest`: the images of a cohort or split, for those who train on them.

use std::path::PathBuf;

use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};

use super::{At, Failure, Global, Outcome, many};
use crate::cohort::Name;
use crate::manifest::request::{Doubtful, Grain, Link, Paths};
use crate::manifest::{self, Gap, LeftOut, Options, Reason, Report, Shape, Source};
use crate::render::escape;

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
/// with its seed, the counts, and the sum of FILE. `mammodex verify FILE` checks all of it.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    mammodex manifest pilot --format csv -o pilot.csv\n  \
    mammodex manifest pilot --format coco --paths absolute -o pilot-coco\n  \
    mammodex manifest pilot --label \"diagnosis = 'malignant'\" --columns split,case_id,path,age_years -o pilot.parquet\n  \
    mammodex manifest pilot --materialise pilot --link hard")]
pub struct Request {
    /// A split, else a cohort.
    name: Name,
    /// How it is written; without it the name of FILE decides, else CSV.
    #[arg(long, value_enum)]
    format: Option<Shape>,
    /// The file; the folder for coco, nnunet, yolo, imagefolder, webdataset and croissant.
    #[arg(short, long, value_name = "FILE", required_unless_present = "materialise")]
    output: Option<PathBuf>,
    #[command(flatten)]
    rows: Rows,
    #[command(flatten)]
    files: Files,
    /// Where the data set lies now, when it was moved.
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    #[command(flatten)]
    at: At,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Rows and columns")]
struct Rows {
    /// What a row of a table is.
    #[arg(long, value_enum, default_value_t = Grain::Image)]
    per: Grain,
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
    include: Vec<Doubtful>,
    /// Add the SHA-256 of every image's file.
    #[arg(long)]
    sha256: bool,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Files")]
struct Files {
    /// How files are named.
    #[arg(long, value_enum, default_value_t = Naming::Relative, value_name = "HOW")]
    paths: Naming,
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
    link: Option<Link>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Naming {
    /// From the data set's folder.
    Relative,
    /// From the root of the file system.
    Absolute,
}

impl ValueEnum for Shape {
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

words!(Grain:
    Grain::Image = "image", "one row per image";
    Grain::Patient = "patient", "one row per patient, images as lists";
    Grain::Lesion = "lesion", "one row per contour";
);
words!(Doubtful:
    Doubtful::Discarded = "discarded", "cases that a reader discarded";
    Doubtful::Incomplete = "incomplete", "exams that lack a view";
    Doubtful::Errors = "errors", "images that an error-level finding concerns";
);
words!(Link:
    Link::Hard = "hard", "a second name of the file, on the same file system";
    Link::Sym = "sym", "a symbolic link";
    Link::Copy = "copy", "a copy";
);

impl Request {
    fn shape(&self) -> Shape {
        let ending = self.output.as_ref().and_then(|path| path.extension());
        let ending = ending.unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        self.format.unwrap_or_else(|| match ending.as_str() {
            _ if self.files.materialise.is_some() => Shape::Folder,
            "jsonl" | "ndjson" => Shape::Jsonl,
            "parquet" => Shape::Parquet,
            _ => Shape::Csv,
        })
    }

    fn order(self) -> std::io::Result<manifest::Request> {
        let shape = self.shape();
        let Self { output, rows, files, root, .. } = self;
        let paths = match (files.relative_to, files.under, files.paths) {
            (Some(folder), ..) => Paths::To(std::path::absolute(folder)?),
            (_, Some(address), _) => Paths::Under(address),
            (_, _, Naming::Absolute) => Paths::Absolute,
            (_, _, Naming::Relative) => Paths::Relative,
        };
        let mut include = rows.include;
        include.sort_unstable();
        include.dedup();
        let options = Options {
            per: rows.per,
            columns: rows.columns.iter().map(|name| name.trim().to_owned()).collect(),
            label: rows.label,
            paths,
            reader: rows.reader,
            include,
            sha256: rows.sha256,
            link: (shape == Shape::Folder).then(|| files.link.unwrap_or(Link::Hard)),
            shape,
        };
        let output = output.or(files.materialise).unwrap_or_default();
        Ok(manifest::Request { options, output, root })
    }
}

pub(super) fn run(global: &Global, request: Request) -> Result<Outcome, Failure> {
    let catalog = super::open(global, &request.at)?;
    let source = Source::find(catalog.dir(), &request.name)?;
    let name = request.name.clone();
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
    let LeftOut { gaps, cases_not_in_snapshot, .. } = report.left_out;
    let faults = gaps.keys().any(|reason| reason.is_fault()) || cases_not_in_snapshot > 0;
    Ok(if faults { Outcome::WithErrors } else { Outcome::Done })
}

fn summary(report: &Report, per: Grain) -> String {
    let (mut patients, mut images) = (0, 0);
    for group in report.counts.values() {
        patients += group.patients;
        images += group.images;
    }
    let of = format!("{} of {}", many(images, "image"), many(patients, "patient"));
    match per {
        Grain::Lesion => format!("{} among {of}", many(report.rows, "contour")),
        Grain::Image | Grain::Patient => of,
    }
}

fn gaps(left_out: &LeftOut) -> Vec<String> {
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

fn why(reason: Reason, gap: &Gap) -> String {
    let images = many(gap.images, "image");
    let first = escape::visible(gap.first.as_deref().unwrap_or_default());
    match reason {
        Reason::Discarded => format!("{images} of {}", many(gap.cases, "discarded case")),
        Reason::Incomplete => format!("{images} of {}", many(gap.cases, "incomplete exam")),
        Reason::Error => format!(
            "{images} of {} with errors; they are the rows of image_errors",
            many(gap.cases, "case")
        ),
        Reason::Undrawn => format!(
            "{images} of {} on which no reader has drawn",
            many(gap.cases, "malignant case")
        ),
        Reason::Unclassed => format!("{images} without a class, the first is {first}"),
        Reason::Missing => format!("{images} whose file is missing, the first is {first}"),
        Reason::Archived => format!(
            "{images} in zip archives, which trainers do not open: unpack them and run `mammodex \
             index` again"
        ),
        Reason::Unreadable => format!("{images} that cannot be read, the first is {first}"),
        Reason::Compressed => format!(
            "{images} whose pixels are compressed: decompress them (`gdcmconv --raw IN OUT`, or \
             dcmdjpeg of DCMTK) and run `mammodex index` again; the first is {first}"
        ),
        Reason::Unfit => format!("{images} that the format cannot take, the first is {first}"),
    }
}
