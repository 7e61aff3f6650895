//! `mammodex manifest`: the images of a cohort or split, for those who train on them.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{At, Failure, Global, Outcome, many};
use crate::cohort::Name;
use crate::manifest::{self, LeftOut, Report, Request as Order, Shape, Source};
use crate::render::escape;

/// Write the images of a split or cohort as a list.
///
/// One row per image: split, case_id, diagnosis, view, laterality, path, sop_instance_uid. Paths
/// are relative to the data set's folder. Rows are sorted by part, case and path. Images of cases
/// that a reader discarded, and images whose file is missing, are left out and counted.
///
/// Beside FILE stands FILE.provenance.json: the snapshot with its checksums, the SQL, the split
/// with its seed, the counts, and the sum of FILE. Exit code 1 when a file was missing.
#[derive(Debug, Args)]
#[command(after_long_help = "Example:\n  mammodex manifest pilot --format csv -o pilot.csv")]
pub struct Request {
    /// A split, else a cohort.
    name: Name,
    /// How it is written; without it the name of FILE decides, else CSV.
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// The file.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Where the data set lies now, when it was moved.
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    #[command(flatten)]
    at: At,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Csv,
    Jsonl,
    Parquet,
}

impl Request {
    fn shape(&self) -> Shape {
        let ending = self.output.extension().unwrap_or_default().to_string_lossy();
        match (self.format, ending.to_ascii_lowercase().as_str()) {
            (Some(Format::Jsonl), _) | (None, "jsonl" | "ndjson") => Shape::Jsonl,
            (Some(Format::Parquet), _) | (None, "parquet") => Shape::Parquet,
            _ => Shape::Csv,
        }
    }
}

pub(super) fn run(global: &Global, request: Request) -> Result<Outcome, Failure> {
    let catalog = super::open(global, &request.at)?;
    let source = Source::find(catalog.dir(), &request.name)?;
    let shape = request.shape();
    let order = Order { shape, output: request.output, root: request.root };
    let report = manifest::write(&catalog, &source, &order)?;
    let (now, then) = (catalog.snapshot().id, source.snapshot());
    if now != then {
        eprintln!("{} was made on snapshot {then}; the images are those of {now}", request.name);
    }
    eprintln!("{}: {}", order.output.display(), summary(&report));
    for line in gaps(&report.left_out) {
        eprintln!("{line}");
    }
    eprintln!("where it came from: {}", report.provenance.display());
    let LeftOut { missing_files, in_archives, cases_gone, .. } = report.left_out;
    let whole = missing_files == 0 && in_archives == 0 && cases_gone == 0;
    Ok(if whole { Outcome::Done } else { Outcome::WithErrors })
}

fn summary(report: &Report) -> String {
    let (mut patients, mut images) = (0, 0);
    for group in report.counts.values() {
        patients += group.patients;
        images += group.images;
    }
    format!("{} of {}", many(images, "image"), many(patients, "patient"))
}

fn gaps(left_out: &LeftOut) -> Vec<String> {
    let mut lines = Vec::new();
    let LeftOut { discarded_cases, discarded_images, cases_without_images, .. } = left_out;
    if *discarded_cases > 0 {
        let (images, cases) =
            (many(*discarded_images, "image"), many(*discarded_cases, "discarded case"));
        lines.push(format!("left out: {images} of {cases}"));
    }
    if *cases_without_images > 0 {
        lines.push(format!("without an image: {}", many(*cases_without_images, "patient")));
    }
    if left_out.cases_gone > 0 {
        let gone = many(left_out.cases_gone, "patient");
        lines.push(format!("left out: {gone} that this snapshot does not have"));
    }
    if let Some(first) = &left_out.first_missing {
        let missing = many(left_out.missing_files, "image");
        let first = escape::visible(first);
        lines.push(format!("left out: {missing} whose file is missing, the first is {first}"));
    }
    if left_out.in_archives > 0 {
        let images = many(left_out.in_archives, "image");
        lines.push(format!(
            "left out: {images} in zip archives, which trainers do not open: unpack them and run \
             `mammodex index` again"
        ));
    }
    lines
}
