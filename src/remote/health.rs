//! How a store has answered in one run: one that no longer answers, or lost too much, ends the run.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use super::error::StoreError;

/// Objects that fail one after the other, without an answer between, until the store counts as gone.
const MOST_IN_A_ROW: usize = 20;
/// Objects that may fail in any run; each is a finding.
const FEW: usize = 20;
/// One of so many objects may fail in a larger run.
const ONE_OF: usize = 1_000;

/// What has failed so far.
#[derive(Debug, Default)]
pub(super) struct StoreHealth {
    fatal: OnceLock<StoreError>,
    failed: AtomicUsize,
    in_a_row: AtomicUsize,
    last: Mutex<Option<StoreError>>,
}

impl StoreHealth {
    /// Fails once no further request can succeed.
    ///
    /// # Errors
    /// The first error that was fatal.
    pub fn check(&self) -> Result<(), StoreError> {
        self.fatal.get().map_or(Ok(()), |error| Err(error.clone()))
    }

    /// Takes an answer.
    pub fn succeed(&self) {
        self.in_a_row.store(0, Ordering::Relaxed);
    }

    /// Takes the failure of a request after its last attempt.
    pub fn fail(&self, error: &StoreError) {
        if error.is_fatal() {
            let _ = self.fatal.set(error.clone()); // the first counts
            return;
        }
        self.failed.fetch_add(1, Ordering::Relaxed);
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.clone());
        // An answer about one object is an answer.
        if !error.is_passing() {
            return self.succeed();
        }
        if self.in_a_row.fetch_add(1, Ordering::Relaxed) + 1 >= MOST_IN_A_ROW {
            let _ = self.fatal.set(StoreError::Silent(Box::new(error.clone())));
        }
    }

    /// Fails when more of a run's objects could not be read than a snapshot may lose.
    ///
    /// # Errors
    /// [`StoreError::Losses`].
    pub fn check_losses(&self, objects: usize) -> Result<(), StoreError> {
        let failed = self.failed.load(Ordering::Relaxed);
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match last {
            Some(last) if failed > FEW && failed > objects / ONE_OF => {
                Err(StoreError::Losses { failed, objects, last: Box::new(last) })
            }
            _ => Ok(()),
        }
    }
}
