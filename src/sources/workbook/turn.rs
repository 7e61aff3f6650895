//! Large tables are read one at a time: threads that each hold one would fill the memory together.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};

/// Bytes of a file, or of what it unpacks to, from which a table is large.
const LARGE_BYTES: u64 = 2 * 1024 * 1024;

static HOLDER: Mutex<Option<TurnHolder>> = Mutex::new(None);
static RELEASED: Condvar = Condvar::new();

struct TurnHolder {
    thread: ThreadId,
    /// How many turns of this thread are not over.
    depth: usize,
}

/// The turn of one thread to hold large tables; it ends when it is dropped. A thread that has the
/// turn gets it again at once.
#[derive(Debug)]
pub struct LargeTableTurn(());

impl LargeTableTurn {
    /// Waits for the turn when a table of so many bytes is large.
    pub fn wait_for(bytes: u64) -> Option<Self> {
        (bytes >= LARGE_BYTES).then(Self::wait)
    }

    /// Waits until no other thread has the turn.
    pub fn wait() -> Self {
        let thread = thread::current().id();
        let mut holder = lock();
        loop {
            match &mut *holder {
                None => {
                    *holder = Some(TurnHolder { thread, depth: 1 });
                    return Self(());
                }
                Some(current) if current.thread == thread => {
                    current.depth += 1;
                    return Self(());
                }
                Some(_) => holder = RELEASED.wait(holder).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }
}

impl Drop for LargeTableTurn {
    fn drop(&mut self) {
        let mut holder = lock();
        if let Some(current) = &mut *holder {
            current.depth -= 1;
            if current.depth == 0 {
                *holder = None;
                RELEASED.notify_one();
            }
        }
    }
}

fn lock() -> MutexGuard<'static, Option<TurnHolder>> {
    HOLDER.lock().unwrap_or_else(PoisonError::into_inner)
}
