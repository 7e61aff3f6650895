//! The handle that stops a running query.

use std::sync::Arc;

/// Stops the query that runs on the catalog it came from; may be sent to another thread.
#[derive(Clone)]
pub struct Interrupt(Arc<duckdb::InterruptHandle>);

impl Interrupt {
    pub(super) fn new(handle: Arc<duckdb::InterruptHandle>) -> Self {
        Self(handle)
    }

    /// Ends the running query with [`CatalogError::Interrupted`]; does nothing when none runs.
    pub fn stop(&self) {
        self.0.interrupt();
    }
}
