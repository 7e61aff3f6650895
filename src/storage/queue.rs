//! Items that wait for a thread that reads them.

use std::collections::VecDeque;
use std::sync::mpsc::Sender;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// An item to be read, and where its result goes.
pub(super) struct ReadJob<T, R> {
    /// Its place among the items of its list.
    pub place: usize,
    /// What is read.
    pub item: T,
    /// Takes the place and the result.
    pub results: Sender<(usize, R)>,
}

/// The items that no thread has begun, first come first served.
pub(super) struct ReadQueue<T, R> {
    state: Mutex<QueueState<T, R>>,
    arrived: Condvar,
}

struct QueueState<T, R> {
    jobs: VecDeque<ReadJob<T, R>>,
    is_closed: bool,
}

impl<T, R> ReadQueue<T, R> {
    /// An empty queue.
    pub fn new() -> Self {
        let state = QueueState { jobs: VecDeque::new(), is_closed: false };
        Self { state: Mutex::new(state), arrived: Condvar::new() }
    }

    /// Adds items in their order.
    pub fn extend(&self, jobs: impl Iterator<Item = ReadJob<T, R>>) {
        self.lock().jobs.extend(jobs);
        self.arrived.notify_all();
    }

    /// The next item, if there is one.
    pub fn next(&self) -> Option<ReadJob<T, R>> {
        self.lock().jobs.pop_front()
    }

    /// Waits for the next item; absent once the queue is closed.
    pub fn wait(&self) -> Option<ReadJob<T, R>> {
        let mut state = self.lock();
        while !state.is_closed {
            if let Some(job) = state.jobs.pop_front() {
                return Some(job);
            }
            state = self.arrived.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        None
    }

    /// Whether no item waits.
    pub fn is_empty(&self) -> bool {
        self.lock().jobs.is_empty()
    }

    /// Ends the threads that wait for items.
    pub fn close(&self) {
        self.lock().is_closed = true;
        self.arrived.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, QueueState<T, R>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
