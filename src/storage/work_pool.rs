//! Threads for work on whole files that are read on the way, such as images that are decoded.

use rayon::{ThreadPool, ThreadPoolBuilder};

/// Files at a time where reads wait; each is in memory meanwhile.
const AT_ONCE: usize = 8;

/// Threads for work on whole files: as many as processors, more where the files are in a store, whose answers take
/// longer than the work.
pub struct WorkPool(Option<ThreadPool>);

impl WorkPool {
    /// A pool for files in a store, or for local ones. Without threads of its own it is slow, not wrong.
    pub fn new(is_store: bool) -> Self {
        let builder = || ThreadPoolBuilder::new().num_threads(AT_ONCE).build().ok();
        Self(if is_store && rayon::current_num_threads() < AT_ONCE { builder() } else { None })
    }

    /// Runs work whose parallel iterators use these threads.
    pub fn run<R: Send>(&self, work: impl FnOnce() -> R + Send) -> R {
        match &self.0 {
            Some(pool) => pool.install(work),
            None => work(),
        }
    }
}
