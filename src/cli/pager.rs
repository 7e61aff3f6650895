//! A terminal that shows what fits, and hands what does not to a pager.

use std::io::{self, Write};
use std::process::{Child, Command, Stdio};

use crate::shell::Pager;

/// What is written to a terminal. It is held back until it is known whether it fits.
pub(super) struct PagedOutput {
    /// Lines that fit above the prompt.
    fits: usize,
    lines: usize,
    held: Vec<u8>,
    to: PagerTarget,
}

enum PagerTarget {
    /// Nowhere yet; this is the pager's command.
    Undecided(String),
    Terminal,
    Pager(Child),
}

impl PagedOutput {
    /// For a terminal of so many lines, and a result of so many at most, when that is known.
    pub(super) fn new(pager: &Pager, height: usize, most: Option<usize>) -> Self {
        let fits = height.saturating_sub(1);
        let to = match command(pager) {
            Some(command) if most.is_none_or(|most| most > fits) => PagerTarget::Undecided(command),
            _ => PagerTarget::Terminal,
        };
        Self { fits, lines: 0, held: Vec::new(), to }
    }

    /// Shows what is held back, and waits until the reader leaves the pager.
    pub(super) fn finish(mut self) -> io::Result<()> {
        if let PagerTarget::Undecided(_) = self.to {
            self.to = PagerTarget::Terminal;
        }
        let done = self.pass();
        if let PagerTarget::Pager(child) = &mut self.to {
            drop(child.stdin.take());
            child.wait()?;
        }
        done
    }

    /// Starts the pager; without one the terminal scrolls.
    fn start(&mut self) {
        if let PagerTarget::Undecided(command) = &self.to {
            let child = Command::new("sh").args(["-c", command]).stdin(Stdio::piped()).spawn();
            self.to = child.map_or(PagerTarget::Terminal, PagerTarget::Pager);
        }
    }

    fn pass(&mut self) -> io::Result<()> {
        let held = std::mem::take(&mut self.held);
        match &mut self.to {
            PagerTarget::Undecided(_) => self.held = held,
            PagerTarget::Terminal => {
                let mut out = io::stdout();
                out.write_all(&held)?;
                out.flush()?;
            }
            PagerTarget::Pager(child) => {
                if let Some(input) = &mut child.stdin {
                    input.write_all(&held)?;
                }
            }
        }
        Ok(())
    }
}

impl Write for PagedOutput {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.held.extend_from_slice(bytes);
        self.lines += bytes.iter().filter(|byte| **byte == b'\n').count();
        if self.lines > self.fits {
            self.start();
        }
        if self.held.len() > 1 << 13 {
            self.pass()?;
        }
        Ok(bytes.len())
    }

    /// More output may take long, so what there is must appear.
    fn flush(&mut self) -> io::Result<()> {
        self.start();
        self.pass()
    }
}

/// The command that shows long results: `$PAGER`, else `less` that keeps lines whole (`-S`), passes
/// nothing but colours (`-R`), ends by itself where all fits (`-F`) and leaves the text there (`-X`).
fn command(pager: &Pager) -> Option<String> {
    let usual = "less -SRFX";
    match pager {
        Pager::Off => None,
        Pager::Program(program) => Some(program.clone()),
        Pager::Usual => match std::env::var("PAGER") {
            Ok(program) if program.trim().is_empty() => None,
            Ok(program) => Some(program),
            Err(_) => is_there("less").then(|| usual.to_owned()),
        },
    }
}

/// Whether a program is in the search path.
fn is_there(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|dir| dir.join(program).is_file())
}
