//! How long this thread has waited for the storage.

use std::cell::Cell;
use std::io;
use std::time::{Duration, Instant};

thread_local! {
    static WAITED: Cell<Duration> = const { Cell::new(Duration::ZERO) };
    static REQUESTS: Cell<u64> = const { Cell::new(0) };
}

fn count(waited: Duration) {
    WAITED.set(WAITED.get() + waited);
    REQUESTS.set(REQUESTS.get() + 1);
}

/// Makes a request to the storage, such as to open a file or list a folder, and counts how long it takes.
pub fn request<T>(call: impl FnOnce() -> T) -> T {
    let began = Instant::now();
    let answer = call();
    count(began.elapsed());
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
    let copying = Duration::from_nanos(answer.as_ref().map_or(0, |bytes| *bytes as u64));
    count(began.elapsed().saturating_sub(copying));
    answer
}

/// Runs some work. Also returns how long its requests to the storage took; absent when it made none, as for a
/// file whose outcome is known.
pub(super) fn with_waiting<T>(work: impl FnOnce() -> T) -> (T, Option<Duration>) {
    let (waited, requests) = (WAITED.get(), REQUESTS.get());
    let result = work();
    let made_any = REQUESTS.get() != requests;
    (result, made_any.then(|| WAITED.get().saturating_sub(waited)))
}
