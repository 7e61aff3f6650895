//! `mammodex demo`: a tour on synthetic data, each command printed as it runs.

use std::path::PathBuf;

use clap::Args;

use super::context::CommandContext;
use super::destination::{self, IfFileExists};
use super::outcome::{CliFailure, ExitOutcome};
use super::printer::Printer;

/// Try mammodex on synthetic data: each command is printed as it runs.
///
/// Writes a data set, indexes it, queries it, creates cohorts, a split and a manifest: what you would type
/// for your own data.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Folder to write to, which is empty or does not exist.
    #[arg(value_name = "DIR", default_value = "mammodex-demo")]
    folder: PathBuf,
}

/// Runs a subcommand.
type StepRunner = fn(&CommandContext, &[&str]) -> Result<ExitOutcome, CliFailure>;

const GROUPS: &str = "SELECT diagnosis, count(*) AS patients, sum(image_count) AS images
FROM patients GROUP BY 1 ORDER BY 1";
const STAGES: &str =
    "SELECT t_stage_code, vendor, count(*) AS patients, round(avg(tumor_size_cm), 1) AS size_cm
FROM patients WHERE t_stage >= 2 GROUP BY ALL ORDER BY ALL";

pub(super) fn run(
    context: &CommandContext,
    request: &DemoArgs,
    run_step: StepRunner,
) -> Result<ExitOutcome, CliFailure> {
    let folder = request.folder.to_str().ok_or("the folder's path is not UTF-8")?;
    destination::check_place(context, &request.folder, IfFileExists::Fail)?;
    if std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(format!("{folder} is not empty; remove it, or name another folder").into());
    }
    let [data, catalog, manifest] =
        ["data", "catalog", "train.csv"].map(|name| format!("{folder}/{name}"));
    let inner = CommandContext {
        language: context.language,
        is_language_given: context.is_language_given,
        catalog: PathBuf::from(&catalog),
        stored: None,
        config: context.config.clone(),
        printer: Printer::new(),
        limits: context.limits.clone(),
    };
    let print = |text: &str| context.printer.print(text);
    print(&format!("$ export MAMMODEX_CATALOG={}\n", word(&catalog)))?;
    for step in steps(&data, &manifest) {
        let words: Vec<String> = step.iter().map(|text| word(text)).collect();
        print(&format!("\n$ mammodex {}\n", words.join(" ")))?;
        run_step(&inner, &step)?;
    }
    print(&format!(
        "\nsynthetic data set {data}, catalog {catalog}, manifest {manifest} with its provenance\n\
         Next: mammodex shell --catalog {}\n",
        word(&catalog)
    ))?;
    Ok(ExitOutcome::Done)
}

/// The arguments of each command.
fn steps<'a>(data: &'a str, manifest: &'a str) -> Vec<Vec<&'a str>> {
    let split = ["split", "create", "seventy", "--cohort", "everyone", "--stratify", "diagnosis"];
    let shares = ["--ratios", "train=0.7,val=0.1,test=0.2", "--seed", "42"];
    vec![
        vec!["sample", data, "--patients", "200"],
        vec!["index", data],
        vec!["query", GROUPS],
        vec!["query", STAGES],
        vec!["cohort", "create", "advanced", "--t-stage", ">=2", "--vendor", "GE,Hologic"],
        vec!["cohort", "create", "everyone", "--sql", "SELECT case_id FROM patients"],
        [&split[..], &shares].concat(),
        vec!["manifest", "create", "seventy", "--format", "csv", "-o", manifest],
    ]
}

/// A word of a command as one types it.
fn word(text: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "_./,=-:".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    if text.contains(['"', '$', '`', '\\', '!']) {
        return shlex::try_quote(text).map_or_else(|_| text.to_owned(), |word| word.into_owned());
    }
    format!("\"{text}\"")
}
