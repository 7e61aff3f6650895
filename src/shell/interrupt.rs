//! Ctrl-C while a query runs.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::catalog::Interrupt;

/// The effect of Ctrl-C: it stops the running query and the script that the query is part of, and has no
/// other effect. Clones share their state.
#[derive(Clone)]
pub struct InterruptGuard(Arc<InterruptTimer>);

struct InterruptTimer {
    running: AtomicBool,
    pressed: AtomicBool,
    interrupt: Mutex<Interrupt>,
}

impl InterruptGuard {
    pub(super) fn new(interrupt: Interrupt) -> Self {
        Self(Arc::new(InterruptTimer {
            running: AtomicBool::new(false),
            pressed: AtomicBool::new(false),
            interrupt: Mutex::new(interrupt),
        }))
    }

    /// Stops the running work, if any.
    pub fn press(&self) {
        if self.0.running.load(Ordering::SeqCst) {
            self.0.pressed.store(true, Ordering::SeqCst);
            self.0.interrupt.lock().unwrap_or_else(PoisonError::into_inner).stop();
        }
    }

    /// Makes Ctrl-C stop the queries of another catalog.
    pub(super) fn watch(&self, interrupt: Interrupt) {
        *self.0.interrupt.lock().unwrap_or_else(PoisonError::into_inner) = interrupt;
    }

    /// Whether Ctrl-C was pressed since the work began.
    pub(super) fn was_pressed(&self) -> bool {
        self.0.pressed.load(Ordering::SeqCst)
    }

    /// Runs work that Ctrl-C may stop.
    pub fn around<T>(&self, work: impl FnOnce() -> T) -> T {
        self.0.pressed.store(false, Ordering::SeqCst);
        self.0.running.store(true, Ordering::SeqCst);
        let result = work();
        self.0.running.store(false, Ordering::SeqCst);
        result
    }
}
