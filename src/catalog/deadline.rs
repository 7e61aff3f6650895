//! The time that a statement may take.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use super::{CatalogError, Interrupt};

/// How long DuckDB may take to notice that it is interrupted. Within one call of a function, or
/// while it plans, it notices nothing.
const GRACE: Duration = Duration::from_secs(2);

/// What happens when a statement cannot be stopped.
pub type OnStuck = fn(Duration);

/// Stops what runs when its time is over; dropped, it lets it be.
pub(super) struct Deadline {
    limit: Duration,
    over: Arc<AtomicBool>,
    /// Calls into DuckDB that began or ended: odd within one.
    calls: Arc<AtomicU64>,
    /// Its end tells the thread that nobody waits any more.
    _alive: Sender<()>,
}

impl Deadline {
    /// Begins to count.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub(super) fn start(
        limit: Duration,
        interrupt: Interrupt,
        stuck: Option<OnStuck>,
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
            .map_err(|error| CatalogError::Query(format!("cannot watch the time: {error}")))?;
        Ok(Self { limit, over, calls, _alive: alive })
    }

    /// Does something that DuckDB may take long for.
    pub(super) fn during<T>(&self, call: impl FnOnce() -> T) -> T {
        self.calls.fetch_add(1, Ordering::SeqCst);
        let done = call();
        self.calls.fetch_add(1, Ordering::SeqCst);
        done
    }

    /// The error that the time is over, once it is.
    pub(super) fn check(&self) -> Result<(), CatalogError> {
        match self.over.load(Ordering::SeqCst) {
            true => Err(CatalogError::Timeout(self.limit)),
            false => Ok(()),
        }
    }
}

/// Does something that DuckDB may take long for, watched or not.
pub(super) fn during<T>(watch: Option<&Deadline>, call: impl FnOnce() -> T) -> T {
    match watch {
        Some(watch) => watch.during(call),
        None => call(),
    }
}

/// DuckDB's error; the one that the time is over when that is why it stopped.
pub(super) fn told(error: CatalogError, watch: Option<&Deadline>) -> CatalogError {
    match error {
        CatalogError::Interrupted => {
            watch.and_then(|watch| watch.check().err()).unwrap_or(CatalogError::Interrupted)
        }
        other => other,
    }
}
