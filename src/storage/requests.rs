//! Requests under way: as many as hide the waiting, none more than processors where nothing waits.

use std::sync::{Arc, PoisonError, RwLock};

use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};
use rustix::process::{Resource, getrlimit};

use super::pace::Pace;
use super::waiting::with_waiting;

/// Most requests under way at a time, unless the user says otherwise.
pub const MOST_REQUESTS: usize = 256;
/// Reads by one thread before it looks whether others are to read for it.
const STRETCH: usize = 16;

/// The requests of a run. Reads begin on the threads that parse. Where they are seen to wait, further ones run
/// on a pool of threads that is as large as keeps the processors busy; it is given up where waiting ends.
///
/// Results come in the order of what is read, so that they do not depend on the number of threads.
#[derive(Debug)]
pub struct Requests {
    /// Most requests at a time.
    most: usize,
    pace: Pace,
    pool: RwLock<Option<Arc<ThreadPool>>>,
}

impl Default for Requests {
    fn default() -> Self {
        Self::new(MOST_REQUESTS)
    }
}

impl Requests {
    /// At most so many requests at a time.
    pub fn new(most: usize) -> Self {
        Self { most: most.min(most_open_files()), pace: Pace::default(), pool: RwLock::default() }
    }

    /// How many requests are under way at most, now.
    pub fn count(&self) -> usize {
        self.pool().map_or_else(rayon::current_num_threads, |pool| pool.current_num_threads())
    }

    /// Reads each item and returns the results in their order. `state` is what one thread uses for read after
    /// read. Without waiting this runs on the threads that parse.
    pub fn map<T, S, R>(
        &self,
        items: Vec<T>,
        state: impl Fn() -> S + Send + Sync,
        read: impl Fn(&mut S, T) -> R + Send + Sync,
    ) -> Vec<R>
    where
        T: Send,
        R: Send,
    {
        if let Some(pool) = self.pool() {
            return self.map_in(&pool, items, &state, &read);
        }
        let items = items.into_par_iter().with_max_len(1);
        let begun = items.map_init(&state, |state, item| {
            // Whoever sees others wait leaves the rest to the pool.
            if self.is_wide() {
                return Err(item);
            }
            Ok(self.measured(|| read(state, item)))
        });
        let begun: Vec<Result<R, T>> = begun.collect();
        let Some(pool) = self.pool() else {
            let mut state = state();
            let finish =
                |result: Result<R, T>| result.unwrap_or_else(|item| read(&mut state, item));
            return begun.into_iter().map(finish).collect();
        };
        self.map_in(&pool, begun, &state, |state, result| match result {
            Ok(result) => result,
            Err(item) => read(state, item),
        })
    }

    /// Reads items on this thread and hands each result to `take`, in their order. Where reads wait, those that
    /// are left run on the pool, and their results are held until all are there.
    ///
    /// # Errors
    /// The first error of `take`.
    pub fn for_each<T, S, R, E>(
        &self,
        items: impl Iterator<Item = T>,
        state: impl Fn() -> S + Send + Sync,
        read: impl Fn(&mut S, T) -> R + Send + Sync,
        mut take: impl FnMut(R) -> Result<(), E>,
    ) -> Result<(), E>
    where
        T: Send,
        R: Send,
    {
        let mut items = items.peekable();
        let mut own = state();
        while items.peek().is_some() {
            if let Some(pool) = self.pool() {
                let results = self.map_in(&pool, items.collect(), &state, &read);
                return results.into_iter().try_for_each(take);
            }
            for item in items.by_ref().take(STRETCH) {
                take(self.measured(|| read(&mut own, item)))?;
            }
        }
        Ok(())
    }

    fn map_in<T, S, R>(
        &self,
        pool: &ThreadPool,
        items: Vec<T>,
        state: impl Fn() -> S + Send + Sync,
        read: impl Fn(&mut S, T) -> R + Send + Sync,
    ) -> Vec<R>
    where
        T: Send,
        R: Send,
    {
        let items = items.into_par_iter().with_max_len(1);
        let read = |state: &mut S, item| self.measured(|| read(state, item));
        pool.install(|| items.map_init(state, read).collect())
    }

    /// Runs a read and measures it. The pool changes when reads show that it is too small or not needed.
    fn measured<R>(&self, read: impl FnOnce() -> R) -> R {
        let (result, waited) = with_waiting(read);
        if let Some(threads) = waited.and_then(|waited| self.pace.add(waited)) {
            self.resize(threads.saturating_mul(processors()));
        }
        result
    }

    /// Grows by doubling, so that few pools are made.
    fn resize(&self, wanted: usize) {
        let wanted = wanted.min(self.most);
        let is_needed = wanted > 2 * processors();
        let mut pool = self.pool.write().unwrap_or_else(PoisonError::into_inner);
        let current = pool.as_ref().map_or(0, |pool| pool.current_num_threads());
        if !is_needed {
            *pool = None;
        } else if wanted > current + current / 2 {
            let wanted = wanted.max(2 * current).min(self.most);
            let name = |number| format!("request-{number}");
            let larger = ThreadPoolBuilder::new().num_threads(wanted).thread_name(name).build();
            // Without more threads it is slow, not wrong.
            *pool = larger.ok().map(Arc::new).or_else(|| pool.take());
        }
    }

    fn is_wide(&self) -> bool {
        self.pool.read().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    fn pool(&self) -> Option<Arc<ThreadPool>> {
        self.pool.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// A quarter of the files that the process may have open.
fn most_open_files() -> usize {
    let limit = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX) / 4;
    usize::try_from(limit).unwrap_or(usize::MAX).max(1)
}
