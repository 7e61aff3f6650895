//! The time limit of a statement.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use super::error::CatalogError;
use super::interrupt::Interrupt;

/// How long DuckDB may take to notice that it is interrupted. Within one call of a function, or
/// while it plans, it notices nothing.
const GRACE: Duration = Duration::from_secs(2);

/// Called with the time limit when a statement cannot be stopped.
pub type StuckHandler = fn(Duration);

/// Stops a running statement when its time is over. Dropped, it stops nothing.
pub(super) struct Deadline {
    limit: Duration,
    over: Arc<AtomicBool>,
    /// Calls into DuckDB that began or ended: odd within one.
    calls: Arc<AtomicU64>,
    /// Dropped, it ends the thread.
    _alive: Sender<()>,
}

impl Deadline {
    /// Starts the clock.
    ///
    /// # Errors
    /// When no thread can be started.
    pub(super) fn start(
        limit: Duration,
        interrupt: Interrupt,
        stuck: Option<StuckHandler>,
    ) -> Result<Self, CatalogError> {
        let over = Arc::new(AtomicBool::new(false));
        let calls = Arc::new(AtomicU64::new(0));
        let (alive, gone) = mpsc::channel::<()>();
        let ended = move |wait| gone.recv_timeout(wait) != Err(RecvTimeoutError::Timeout);
        let (flag, count) = (over.clone(), calls.clone());
        let watch = move || {
            if ended(limit) {
                return;
            }
            flag.store(true, Ordering::SeqCst);
            interrupt.stop();
            let mut call = count.load(Ordering::SeqCst);
            while !ended(GRACE) {
                let now = count.load(Ordering::SeqCst);
                if now == call && now % 2 == 1 {
                    return stuck.into_iter().for_each(|stuck| stuck(limit));
                }
                call = now;
            }
        };
        thread::Builder::new()
            .name("timeout".to_owned())
            .spawn(watch)
            .map_err(|error| CatalogError::Query(format!("cannot start the timer: {error}")))?;
        Ok(Self { limit, over, calls, _alive: alive })
    }

    /// Runs a call into DuckDB that may take long.
    pub(super) fn during<T>(&self, call: impl FnOnce() -> T) -> T {
        self.calls.fetch_add(1, Ordering::SeqCst);
        let result = call();
        self.calls.fetch_add(1, Ordering::SeqCst);
        result
    }

    /// Returns the error of the timeout, once the time is over.
    pub(super) fn check(&self) -> Result<(), CatalogError> {
        match self.over.load(Ordering::SeqCst) {
            true => Err(CatalogError::Timeout(self.limit)),
            false => Ok(()),
        }
    }
}

/// Runs a call into DuckDB that may take long, with or without a deadline.
pub(super) fn during<T>(deadline: Option<&Deadline>, call: impl FnOnce() -> T) -> T {
    match deadline {
        Some(deadline) => deadline.during(call),
        None => call(),
    }
}

/// Returns DuckDB's error, or a timeout when that is why DuckDB stopped.
pub(super) fn or_timeout(error: CatalogError, deadline: Option<&Deadline>) -> CatalogError {
    match error {
        CatalogError::Interrupted => deadline
            .and_then(|deadline| deadline.check().err())
            .unwrap_or(CatalogError::Interrupted),
        other => other,
    }
}
