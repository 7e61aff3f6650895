//! Requests under way at a store: few at first, fewer after it has asked to slow down, more while it answers.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// Requests under way before anything is known of the store.
const FIRST_REQUESTS: f64 = 16.0;
/// What the number is multiplied by at a refusal after the first: the limit of the store is then nearly known, and half of it would
/// leave a quarter of its rate unused. The refusals come by the rate of requests, not by a queue that has to drain.
const LOWERED: f64 = 0.875;

/// The number of requests that may be under way: one more for each answer until the first refusal, so that it doubles
/// while they are under way; then halved by the first refusal, later lowered by an eighth, and one more for as many
/// answers as there are requests (slow start and congestion avoidance of TCP, RFC 5681, section 3.1).
#[derive(Debug)]
pub(super) struct Throttle {
    state: Mutex<ThrottleState>,
    freed: Condvar,
    most: f64,
}

#[derive(Debug)]
struct ThrottleState {
    allowed: f64,
    under_way: usize,
    halved: Option<Instant>,
}

impl Throttle {
    /// At most so many requests.
    pub fn new(most: f64) -> Self {
        let allowed = FIRST_REQUESTS.min(most);
        let state = ThrottleState { allowed, under_way: 0, halved: None };
        Self { state: Mutex::new(state), freed: Condvar::new(), most }
    }

    /// Waits until one more request may be made.
    pub fn wait(&self) -> ThrottleTurn<'_> {
        let mut state = self.lock();
        while state.under_way > 0 && as_count(state.under_way) + 1.0 > state.allowed {
            state = self.freed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.under_way += 1;
        ThrottleTurn(self)
    }

    /// Lowers the number: the store refused a request that began then. Those that began before the number was last
    /// lowered say nothing new.
    pub fn slow_down(&self, began: Instant) {
        let mut state = self.lock();
        if state.halved.is_none_or(|halved| began > halved) {
            // The refused one was under way as well.
            let under_way = as_count(state.under_way) + 1.0;
            let factor = if state.halved.is_none() { 0.5 } else { LOWERED };
            state.allowed = (state.allowed.min(under_way) * factor).max(1.0);
            state.halved = Some(Instant::now());
        }
    }

    /// Raises it again: the store answered.
    pub fn speed_up(&self) {
        let mut state = self.lock();
        let more = if state.halved.is_none() { 1.0 } else { 1.0 / state.allowed };
        state.allowed = (state.allowed + more).min(self.most);
        self.freed.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, ThrottleState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right to one request, given back when dropped.
#[derive(Debug)]
pub(super) struct ThrottleTurn<'t>(&'t Throttle);

impl Drop for ThrottleTurn<'_> {
    fn drop(&mut self) {
        self.0.lock().under_way -= 1;
        // One turn is free, for one of those that wait; an answer that raises the number wakes another.
        self.0.freed.notify_one();
    }
}

#[allow(clippy::cast_precision_loss)] // some thousand at most
fn as_count(requests: usize) -> f64 {
    requests as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_is_not_met_with_all_requests_at_once() {
        let throttle = Throttle::new(64.0);
        assert_eq!(throttle.lock().allowed, 16.0);
        for _ in 0..16 {
            throttle.speed_up();
        }
        assert_eq!(throttle.lock().allowed, 32.0);
    }

    #[test]
    fn a_refusal_lowers_the_number_once_and_answers_raise_it_slowly() {
        let throttle = Throttle::new(64.0);
        for _ in 0..100 {
            throttle.speed_up();
        }
        let turns: Vec<_> = (0..63).map(|_| throttle.wait()).collect();
        let began = Instant::now();
        throttle.slow_down(began);
        throttle.slow_down(began);
        assert_eq!(throttle.lock().allowed, 32.0);
        drop(turns);
        for _ in 0..32 {
            throttle.speed_up();
        }
        let allowed = throttle.lock().allowed;
        assert!(allowed > 32.5 && allowed < 33.5, "{allowed}");
        for _ in 0..10_000 {
            throttle.speed_up();
        }
        assert_eq!(throttle.lock().allowed, 64.0);
        let turns: Vec<_> = (0..63).map(|_| throttle.wait()).collect();
        throttle.slow_down(Instant::now());
        assert_eq!(throttle.lock().allowed, 56.0);
        drop(turns);
    }
}
