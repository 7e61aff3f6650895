//! A terminal that shows what fits, and hands what does not to a pager.

use std::io::{self, Write};
use std::process::{Child, Command, Stdio};

use unicode_width::UnicodeWidthStr;

use crate::shell::Pager;

/// What is written to a terminal. It is held back until it is known whether it fits.
pub(super) struct PagedOutput {
    /// Columns of the terminal, and lines that fit above the prompt.
    room: (usize, usize),
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
    /// For a terminal with room for so many columns and lines, and a result of so many lines at most, when that
    /// is known.
    pub(super) fn new(pager: &Pager, room: (usize, usize), most: Option<usize>) -> Self {
        let to = match command(pager) {
            Some(command) if most.is_none_or(|most| most > room.1) => {
                PagerTarget::Undecided(command)
            }
            _ => PagerTarget::Terminal,
        };
        Self { room, lines: 0, held: Vec::new(), to }
    }

    /// Shows what is held back, and waits until the reader leaves the pager.
    pub(super) fn finish(mut self) -> io::Result<()> {
        if let PagerTarget::Undecided(command) = &self.to {
            let text = String::from_utf8_lossy(&self.held);
            let is_wide = || text.lines().any(|line| line.width() > self.room.0);
            if passes_sideways(command) && is_wide() {
                self.start();
            } else {
                self.to = PagerTarget::Terminal;
            }
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
            let mut pager = Command::new("sh");
            pager.args(["-c", command]).stdin(Stdio::piped());
            if std::env::var_os("LESS").is_none() {
                pager.env("LESS", LESS);
            }
            let child = pager.spawn();
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
        if self.lines > self.room.1 {
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

/// Options of `less` unless the user has set some: it keeps lines whole (`-S`), passes nothing but colours
/// (`-R`), ends by itself where all fits (`-F`) and leaves the text there (`-X`).
const LESS: &str = "SRFX";
/// Pagers that scroll sideways.
const SIDEWAYS: [&str; 4] = ["less", "most", "moar", "pspg"];

/// Whether there is a pager that shows lines wider than the terminal.
pub(super) fn scrolls_sideways(pager: &Pager) -> bool {
    command(pager).is_some_and(|command| passes_sideways(&command))
}

fn passes_sideways(command: &str) -> bool {
    let program = command.split_whitespace().next().unwrap_or_default();
    SIDEWAYS.contains(&program.rsplit('/').next().unwrap_or_default())
}

/// The command that shows long results: `$PAGER`, else `less`.
fn command(pager: &Pager) -> Option<String> {
    match pager {
        Pager::Off => None,
        Pager::Program(program) => Some(program.clone()),
        Pager::Usual => match std::env::var("PAGER") {
            Ok(program) if program.trim().is_empty() => None,
            Ok(program) => Some(program),
            Err(_) => is_there("less").then(|| "less".to_owned()),
        },
    }
}

/// Whether a program is in the search path.
fn is_there(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|dir| dir.join(program).is_file())
}
