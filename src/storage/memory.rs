//! Memory shared by all threads that read: however many there are, together they hold a bounded amount.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// What all threads may hold together, in bytes.
const MOST: u64 = 256 << 20;

static HELD: Mutex<u64> = Mutex::new(0);
static RELEASED: Condvar = Condvar::new();

/// A share of the memory, given back when dropped. A thread that has one must not wait for another.
#[derive(Debug)]
pub struct MemoryShare(u64);

impl MemoryShare {
    /// Waits until so many bytes are free; more than there are at all are all of them.
    pub fn wait_for(bytes: u64) -> Self {
        let bytes = bytes.min(MOST);
        let mut held = lock();
        while *held + bytes > MOST {
            held = RELEASED.wait(held).unwrap_or_else(PoisonError::into_inner);
        }
        *held += bytes;
        Self(bytes)
    }
}

impl Drop for MemoryShare {
    fn drop(&mut self) {
        *lock() -= self.0;
        RELEASED.notify_all();
    }
}

fn lock() -> MutexGuard<'static, u64> {
    HELD.lock().unwrap_or_else(PoisonError::into_inner)
}
