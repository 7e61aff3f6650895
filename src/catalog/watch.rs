//! The time that a statement may take.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use super::{CatalogError, Interrupt};

/// Stops what runs when its time is over; dropped, it lets it be.
pub(super) struct Watch {
    limit: Duration,
    over: Arc<AtomicBool>,
    /// Its end tells the thread that nobody waits any more.
    _alive: Sender<()>,
}

impl Watch {
    /// Begins to count.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub(super) fn start(limit: Duration, interrupt: Interrupt) -> Result<Self, CatalogError> {
        let over = Arc::new(AtomicBool::new(false));
        let (alive, gone) = mpsc::channel();
        let flag = over.clone();
        let count = move || {
            if gone.recv_timeout(limit) == Err(RecvTimeoutError::Timeout) {
                flag.store(true, Ordering::SeqCst);
                interrupt.stop();
            }
        };
        thread::Builder::new()
            .name("timeout".to_owned())
            .spawn(count)
            .map_err(|error| CatalogError::Query(format!("cannot watch the time: {error}")))?;
        Ok(Self { limit, over, _alive: alive })
    }

    /// The error that the time is over, once it is.
    pub(super) fn check(&self) -> Result<(), CatalogError> {
        match self.over.load(Ordering::SeqCst) {
            true => Err(CatalogError::Timeout(self.limit)),
            false => Ok(()),
        }
    }
}
