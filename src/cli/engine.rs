//! What statements may reach and take: the options that `query` and `shell` share.

use std::time::Duration;

use clap::Args;

use crate::catalog::{Access, Limits};

/// Limits of the engine.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Limits")]
pub struct Engine {
    /// Let through only queries that read the catalog: no other file, no network, no COPY, no
    /// settings; for statements that come from someone else.
    #[arg(long)]
    safe: bool,
    /// Memory that DuckDB may take, such as 500MB or 2GiB; without it four fifths of the machine's.
    #[arg(long, value_name = "SIZE", value_parser = size)]
    memory: Option<String>,
    /// Threads; without it one per core.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Stop a statement that takes longer, the writing of its rows included.
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    timeout: Option<Duration>,
}

impl Engine {
    /// The limits as the catalog takes them.
    pub fn limits(&self) -> Limits {
        Limits {
            access: if self.safe { Access::Safe } else { Access::Open },
            memory: self.memory.clone(),
            threads: self.threads,
            timeout: self.timeout,
        }
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let number = text.trim_end_matches('s').parse::<f64>().ok().filter(|number| *number > 0.0);
    let duration = number.and_then(|number| Duration::try_from_secs_f64(number).ok());
    duration.ok_or_else(|| "write seconds, such as 30 or 0.5".to_owned())
}

fn size(text: &str) -> Result<String, String> {
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.').trim_start();
    let number = text[..text.len() - unit.len()].trim_end().parse::<f64>();
    let known = ["kb", "mb", "gb", "tb", "kib", "mib", "gib", "tib"];
    let fits = number.is_ok_and(|number| number > 0.0)
        && known.contains(&unit.to_ascii_lowercase().as_str());
    if fits { Ok(text.to_owned()) } else { Err("write a size such as 500MB or 2GiB".to_owned()) }
}
