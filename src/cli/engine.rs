//! The limits of statements: options that `query` and `shell` share.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::printer::complain;
use crate::catalog::{self, Access, CatalogError, Confinement, EngineLimits, TableCheck};
use crate::disk::{remove_unfinished, stays_in};

/// Limits of the engine.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Limits")]
pub struct EngineArgs {
    /// Allow only queries of the catalog: no other file, no network, no COPY, no settings; for statements
    /// that you did not write.
    #[arg(long)]
    safe: bool,
    /// Memory for DuckDB, such as 500MB or 2GiB [default: four fifths of the machine's]. With --safe the
    /// whole program stays below this plus half a gigabyte.
    #[arg(long, value_name = "SIZE", value_parser = size)]
    memory: Option<u64>,
    /// Number of threads [default: one per core].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Time limit of a statement, including the writing of its rows.
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    timeout: Option<Duration>,
}

/// What the program may take beside DuckDB's memory, in bytes.
const BESIDE: u64 = 512 << 20;

impl EngineArgs {
    /// The limits as the catalog takes them. DuckDB does not count what a function allocates while
    /// it makes one value; where strangers are let in, the system counts it from here on.
    pub fn confine(&self) -> EngineLimits {
        if let Some(memory) = self.memory.filter(|_| self.safe) {
            let most = Some(memory.saturating_add(BESIDE));
            let limit = Rlimit { current: most, maximum: getrlimit(Resource::Data).maximum };
            // A lower limit that is already in force serves as well.
            let _ = setrlimit(Resource::Data, limit);
        }
        EngineLimits {
            access: if self.safe { Access::Safe } else { Access::Open },
            tables: TableCheck::Changed,
            memory: self.memory,
            threads: self.threads,
            timeout: self.timeout,
            stuck: Some(end),
        }
    }
}

impl EngineArgs {
    /// With --safe, lets the kernel confine the program to the catalog, and to what it writes itself.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn build_wall(
        &self,
        catalog: &Path,
        read: &[PathBuf],
        write: &[PathBuf],
    ) -> Result<(), CatalogError> {
        if !self.safe {
            return Ok(());
        }
        let mut read = read.to_vec();
        // The folder of snapshots may be a link; another one that leads out is not followed.
        let folders = ["cohorts", "splits", "reviews"].map(|folder| catalog.join(folder));
        let folders = folders.into_iter().filter(|folder| stays_in(catalog, folder));
        for folder in [catalog.to_owned(), catalog.join("snapshots")].into_iter().chain(folders) {
            read.extend(fs::canonicalize(folder));
        }
        if catalog::confine(&read, write)? == Confinement::None {
            complain("--safe: this kernel has no Landlock; DuckDB alone confines the statements");
        }
        Ok(())
    }
}

/// The folder that a file written by its final name needs, or the device itself.
pub(super) fn folder_of(file: &Path) -> PathBuf {
    let target = fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    let is_special = fs::metadata(&target).is_ok_and(|metadata| !metadata.is_file());
    match target.parent() {
        _ if is_special => target,
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// Ends the program: DuckDB does not let go of the statement.
fn end(limit: Duration) {
    let seconds = limit.as_secs_f64();
    complain(&format!("stopped: the statement took longer than {seconds} s, and would not end"));
    remove_unfinished();
    // DuckDB's threads still run: what it holds must not be torn down under them.
    signal_hook::low_level::exit(2);
}

fn seconds(text: &str) -> Result<Duration, String> {
    let number = text.trim_end_matches('s').parse::<f64>().ok().filter(|number| *number > 0.0);
    let duration = number.and_then(|number| Duration::try_from_secs_f64(number).ok());
    duration.ok_or_else(|| "write seconds, such as 30 or 0.5".to_owned())
}

fn size(text: &str) -> Result<u64, String> {
    const UNITS: &[(&str, f64)] = &[
        ("kb", 1e3),
        ("mb", 1e6),
        ("gb", 1e9),
        ("tb", 1e12),
        ("kib", 1024.0),
        ("mib", 1_048_576.0),
        ("gib", 1_073_741_824.0),
        ("tib", 1_099_511_627_776.0),
    ];
    let lower = text.trim().to_ascii_lowercase();
    let split = lower.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(lower.len());
    let (number, unit) = lower.split_at(split);
    let bytes = UNITS
        .iter()
        .find(|(name, _)| *name == unit)
        .and_then(|(_, factor)| Some(number.trim().parse::<f64>().ok()? * factor))
        .filter(|bytes| (1e6..1e18).contains(bytes));
    // Whole by now, and within the range.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    bytes.map(|bytes| bytes as u64).ok_or_else(|| "write a size such as 500MB or 2GiB".to_owned())
}
