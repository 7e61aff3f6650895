//! Arguments that `index`, `scan`, `link` and `plan` share.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::context::CommandContext;
use super::index_progress::{IndexProgressBar, JsonProgress};
use super::outcome::CliFailure;
use crate::index::{IndexError, IndexProgress, IndexReport, OnErrors, OnLoss};

/// Where the data set is.
#[derive(Debug, Args)]
pub struct DataSetArgs {
    /// Folder of the data set, which is only read, or its address: s3://BUCKET/PREFIX, gs://BUCKET/PREFIX,
    /// az://CONTAINER/PREFIX, or
    /// https://HOST/PATH with --files-from. Credentials come from the environment (AWS_ACCESS_KEY_ID, AWS_PROFILE …).
    pub(super) dataset: PathBuf,
}

/// How files are read.
#[derive(Debug, Args)]
pub struct ReadArgs {
    /// Number of threads [default: the number of processors].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(super) jobs: Option<u16>,
    /// Most files that are requested from the storage at a time, where it keeps requests waiting, as network
    /// shares do; without waiting there is one per thread.
    #[arg(long, value_name = "N", default_value_t = 256, value_parser = clap::value_parser!(u16).range(1..=4096))]
    pub(super) requests: u16,
}

impl ReadArgs {
    /// Starts the threads where their number is given. Without a number they are there already where an earlier
    /// step of the same process used them.
    pub(super) fn start_threads(&self) -> Result<(), CliFailure> {
        if let Some(jobs) = self.jobs {
            rayon::ThreadPoolBuilder::new().num_threads(jobs.into()).build_global()?;
        }
        Ok(())
    }
}

/// When a snapshot is published, and what is shown meanwhile.
#[derive(Debug, Args)]
pub struct PublishArgs {
    /// Keep the previous snapshot if there are findings of severity error.
    #[arg(long)]
    strict: bool,
    /// How progress is shown.
    #[arg(long, value_enum, default_value_t = ProgressForm::Bar, value_name = "FORM")]
    pub(super) progress: ProgressForm,
    /// Replace the current snapshot even if most of its rows would be lost or it is of another folder.
    #[arg(long)]
    force: bool,
}

impl PublishArgs {
    pub(super) fn on_errors(&self) -> OnErrors {
        if self.strict { OnErrors::Keep } else { OnErrors::Publish }
    }

    pub(super) fn on_loss(&self) -> OnLoss {
        if self.force { OnLoss::Replace } else { OnLoss::Refuse }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ProgressForm {
    /// A bar on the terminal.
    Bar,
    /// Lines of JSON on stdout, for programs: files found and done, last the report.
    Json,
}

/// Runs an indexer with its progress shown.
pub(super) fn with_progress(
    context: &CommandContext,
    form: ProgressForm,
    run: impl FnOnce(&dyn IndexProgress) -> Result<IndexReport, IndexError>,
) -> Result<IndexReport, CliFailure> {
    if form == ProgressForm::Json {
        let progress = JsonProgress::new(&context.printer);
        let report = run(&progress)?;
        progress.finish(&report);
        return Ok(report);
    }
    let bar = IndexProgressBar::new();
    let report = run(&bar)?;
    bar.end();
    Ok(report)
}
