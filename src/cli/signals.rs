//! Signals that end the process: what is not whole is removed first.

use std::sync::Arc;

use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGXFSZ};
use signal_hook::iterator::Signals;

use crate::disk;

/// Removes unfinished files on Ctrl-C, on a lost terminal, and when the process is asked to end; then
/// ends as the signal would have ended it.
pub fn prepare() {
    // A file that may not grow further (`ulimit -f`) is an error to report, not the end.
    let _ = signal_hook::flag::register(SIGXFSZ, Arc::default());
    remove_on(&[SIGTERM, SIGHUP, SIGQUIT]);
}

/// Does the same on Ctrl-C; the prompt has another answer to it.
pub fn end_on_interrupt() {
    remove_on(&[SIGINT]);
}

fn remove_on(signals: &[i32]) {
    let heeded: Vec<i32> = signals.iter().copied().filter(|signal| !is_ignored(*signal)).collect();
    let Ok(mut signals) = Signals::new(heeded) else { return };
    std::thread::spawn(move || {
        for signal in &mut signals {
            disk::remove_unfinished();
            let _ = signal_hook::low_level::emulate_default_handler(signal);
        }
    });
}

/// Whether whoever started the process had it ignore a signal, as `nohup` does.
fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    mask >> (signal - 1) & 1 == 1
}
