//! How long this thread has waited for the storage.

use std::cell::Cell;
use std::io;
use std::time::{Duration, Instant};

thread_local! {
    static WAITED: Cell<Duration> = const { Cell::new(Duration::ZERO) };
}

/// Makes a request to the storage, such as to open a file or list a folder, and counts how long it takes.
pub fn request<T>(call: impl FnOnce() -> T) -> T {
    let began = Instant::now();
    let answer = call();
    WAITED.set(WAITED.get() + began.elapsed());
    answer
}

/// Reads bytes from the storage, and counts how long it takes beyond copying them from memory, which moves
/// about one byte per nanosecond.
///
/// # Errors
/// Those of `read`.
pub fn request_bytes(read: impl FnOnce() -> io::Result<usize>) -> io::Result<usize> {
    let began = Instant::now();
    let answer = read();
    let copying = Duration::from_nanos(answer.as_ref().map_or(0, |count| *count as u64));
    WAITED.set(WAITED.get() + began.elapsed().saturating_sub(copying));
    answer
}

/// Runs some work. Also returns how long its requests to the storage took.
pub(super) fn with_waiting<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let before = WAITED.get();
    let result = work();
    (result, WAITED.get().saturating_sub(before))
}
