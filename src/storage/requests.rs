//! Requests under way: as many as hide the waiting, none more than processors where nothing waits.

use std::sync::atomic::{AtomicUsize, Ordering};

use rustix::process::{Resource, getrlimit};

use super::pace::Pace;
use super::waiting::with_waiting;

/// Most requests under way at a time, unless the user says otherwise.
pub const MOST_REQUESTS: usize = 256;

/// The requests of a run. Reads begin on the threads that parse. Where they are seen to wait, further ones run
/// on threads of their own, as many as keep the processors busy; those end where waiting ends.
///
/// Results come in the order of what is read, so that they do not depend on the number of threads.
#[derive(Debug)]
pub struct Requests {
    /// Most requests at a time.
    most: usize,
    pace: Pace,
    /// How many threads hide the waiting; 0 where reads do not wait.
    wanted: AtomicUsize,
    /// How many threads read beside those that parse.
    threads: AtomicUsize,
}

impl Default for Requests {
    fn default() -> Self {
        Self::new(MOST_REQUESTS)
    }
}

impl Requests {
    /// At most so many requests at a time.
    pub fn new(most: usize) -> Self {
        Self {
            most: most.min(most_open_files()),
            pace: Pace::default(),
            wanted: AtomicUsize::new(0),
            threads: AtomicUsize::new(0),
        }
    }

    /// How many requests are under way at most, now.
    pub fn count(&self) -> usize {
        self.wanted.load(Ordering::Relaxed).max(processors())
    }

    /// Whether reads wait.
    pub(super) fn is_waiting(&self) -> bool {
        self.wanted.load(Ordering::Relaxed) > 0
    }

    /// Runs a read and measures it, which may change how many threads are wanted.
    pub(super) fn measured<R>(&self, read: impl FnOnce() -> R) -> R {
        let (result, waited) = with_waiting(read);
        if let Some(threads) = waited.and_then(|waited| self.pace.add(waited)) {
            let wanted = threads.saturating_mul(processors()).min(self.most);
            let is_needed = wanted > 2 * processors();
            self.wanted.store(if is_needed { wanted } else { 0 }, Ordering::Relaxed);
        }
        result
    }

    /// The right to one more thread that reads; absent when there are enough.
    pub(super) fn thread(&self) -> Option<ReaderSlot<'_>> {
        let enough = self.count();
        let add = |threads| (threads + 1 < enough).then_some(threads + 1);
        self.threads.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add).ok()?;
        Some(ReaderSlot(self))
    }
}

/// The right of one thread to read, given back when dropped.
#[derive(Debug)]
pub(super) struct ReaderSlot<'r>(&'r Requests);

impl ReaderSlot<'_> {
    /// Whether there are more threads than hide the waiting.
    pub fn is_superfluous(&self) -> bool {
        self.0.threads.load(Ordering::Relaxed) >= self.0.count()
    }
}

impl Drop for ReaderSlot<'_> {
    fn drop(&mut self) {
        self.0.threads.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The threads that parse.
fn processors() -> usize {
    rayon::current_num_threads()
}

/// A quarter of the files that the process may have open.
fn most_open_files() -> usize {
    let limit = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX) / 4;
    usize::try_from(limit).unwrap_or(usize::MAX).max(1)
}
