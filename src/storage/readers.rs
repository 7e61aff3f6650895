//! Threads that read beside those that parse, for as long as somebody has something to read.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::thread::{self, Scope};

use super::queue::{ReadJob, ReadQueue};
use super::requests::{ReaderSlot, Requests};

/// Reads by one thread before it looks whether others are to read for it.
const STRETCH: usize = 16;

impl Requests {
    /// Reads each item and returns the results in their order. `state` is what one thread uses for read after
    /// read. Without waiting, as many threads read as parse.
    pub fn map<T: Send, S, R: Send>(
        &self,
        items: Vec<T>,
        state: impl Fn() -> S + Sync,
        read: impl Fn(&mut S, T) -> R + Sync,
    ) -> Vec<R> {
        let mut results = Vec::with_capacity(items.len());
        self.for_each(items, state, read, |result| results.push(result));
        results
    }

    /// Reads each item, on as many threads as [`Self::map`], and hands each result to `take` in their order, as soon
    /// as it is there.
    pub fn for_each<T: Send, S, R: Send>(
        &self,
        items: Vec<T>,
        state: impl Fn() -> S + Sync,
        read: impl Fn(&mut S, T) -> R + Sync,
        mut take: impl FnMut(R),
    ) {
        let Ok(()) = self.with_readers(&state, &read, |readers| {
            let take = |result| {
                take(result);
                Ok::<(), Infallible>(())
            };
            readers.read_on_threads(items.into_iter(), state(), take)
        });
    }

    /// Lends readers to `body`, which may use them from several threads and many times: threads that read stay
    /// until it returns. A read must not wait for the threads of `rayon`, which may wait for its result.
    pub fn with_readers<T: Send, S, R: Send, O>(
        &self,
        state: &(dyn Fn() -> S + Sync),
        read: &(dyn Fn(&mut S, T) -> R + Sync),
        body: impl FnOnce(&Readers<'_, '_, S, T, R>) -> O,
    ) -> O {
        let shared = SharedReads { requests: self, state, read, queue: ReadQueue::new() };
        thread::scope(|scope| {
            let readers = Readers { shared: &shared, scope };
            // Also where the body panics: the scope waits for its threads.
            let _closing = ClosingQueue(&shared.queue);
            body(&readers)
        })
    }
}

/// What the threads share.
struct SharedReads<'r, S, T, R> {
    requests: &'r Requests,
    state: &'r (dyn Fn() -> S + Sync),
    read: &'r (dyn Fn(&mut S, T) -> R + Sync),
    queue: ReadQueue<T, R>,
}

/// Closes a queue when dropped.
struct ClosingQueue<'q, T, R>(&'q ReadQueue<T, R>);

impl<T, R> Drop for ClosingQueue<'_, T, R> {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// Threads that read items of one type, as many as hide the waiting. `S` is what one thread uses for read after
/// read.
pub struct Readers<'scope, 'env, S, T, R> {
    shared: &'scope SharedReads<'env, S, T, R>,
    scope: &'scope Scope<'scope, 'env>,
}

impl<S, T, R> Clone for Readers<'_, '_, S, T, R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S, T, R> Copy for Readers<'_, '_, S, T, R> {}

impl<'scope, S, T: Send, R: Send> Readers<'scope, '_, S, T, R> {
    /// Reads items on this thread and hands each result to `take`, in their order. Where reads wait, those that
    /// are left run on other threads.
    ///
    /// # Errors
    /// The first error of `take`.
    pub fn for_each<E>(
        &self,
        items: impl Iterator<Item = T>,
        mut take: impl FnMut(R) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut items = items.peekable();
        let mut state = (self.shared.state)();
        while items.peek().is_some() {
            if self.shared.requests.is_waiting() {
                return self.read_on_threads(items, state, take);
            }
            for item in items.by_ref().take(STRETCH) {
                take(self.read(&mut state, item))?;
            }
        }
        Ok(())
    }

    /// Reads items on this thread and on others, as they are free.
    fn read_on_threads<E>(
        &self,
        items: impl Iterator<Item = T>,
        mut state: S,
        mut take: impl FnMut(R) -> Result<(), E>,
    ) -> Result<(), E> {
        let (send, receive) = channel();
        let job = |(place, item)| ReadJob { place, item, results: send.clone() };
        self.shared.queue.extend(items.enumerate().map(job));
        drop(send);
        self.add_threads();
        let mut ordered = OrderedResults { next: 0, early: BTreeMap::new() };
        while let Some((place, result)) = self.receive(&receive, &mut state) {
            ordered.early.insert(place, result);
            while let Some(result) = ordered.next() {
                take(result)?;
            }
        }
        Ok(())
    }

    /// The next result, whichever it is; absent once there is none any more. While none is there this thread reads,
    /// too, since the others may have ended.
    fn receive(&self, results: &Receiver<(usize, R)>, state: &mut S) -> Option<(usize, R)> {
        loop {
            match results.try_recv() {
                Ok(result) => return Some(result),
                Err(TryRecvError::Disconnected) => return None,
                Err(TryRecvError::Empty) => {}
            }
            match self.shared.queue.next() {
                Some(job) => self.finish(job, state),
                // The last are being read.
                None => return results.recv().ok(),
            }
        }
    }

    /// Adds threads while items wait and more threads are wanted.
    fn add_threads(&self) {
        let readers = *self;
        while let Some(slot) = self.shared.requests.thread()
            && !self.shared.queue.is_empty()
        {
            let builder = thread::Builder::new().name("request".to_owned());
            let serve = move || readers.serve(&slot);
            // Without more threads it is slow, not wrong.
            if builder.spawn_scoped(self.scope, serve).is_err() {
                return;
            }
        }
    }

    /// Reads what waits until there is nothing more, or fewer threads are wanted.
    fn serve(&self, slot: &ReaderSlot<'scope>) {
        let mut state = (self.shared.state)();
        while !slot.is_superfluous()
            && let Some(job) = self.shared.queue.wait()
        {
            self.finish(job, &mut state);
        }
    }

    fn finish(&self, job: ReadJob<T, R>, state: &mut S) {
        let result = self.read(state, job.item);
        let _ = job.results.send((job.place, result)); // the receiver is gone where a result failed
        self.add_threads();
    }

    fn read(&self, state: &mut S, item: T) -> R {
        self.shared.requests.measured(|| (self.shared.read)(state, item))
    }
}

/// Results that came before their turn.
struct OrderedResults<R> {
    next: usize,
    early: BTreeMap<usize, R>,
}

impl<R> OrderedResults<R> {
    /// The result whose turn it is, if it is there.
    fn next(&mut self) -> Option<R> {
        let result = self.early.remove(&self.next)?;
        self.next += 1;
        Some(result)
    }
}
