//! How long to wait before another attempt.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

/// The longest wait before the second attempt; it doubles with every further one.
const FIRST: Duration = Duration::from_millis(100);
/// The longest wait at all.
const LONGEST: Duration = Duration::from_secs(10);

/// A random wait before attempt `next`, counted from 1 for the second: anywhere up to a bound that doubles, so
/// that requests that failed together do not come back together ("full jitter", AWS Architecture Blog 2015).
pub(super) fn delay(next: u32) -> Duration {
    let bound = FIRST.saturating_mul(1 << next.saturating_sub(1).min(10)).min(LONGEST);
    let random = RandomState::new().hash_one(next);
    let share = u32::try_from(random >> 32).unwrap_or(0);
    bound.mul_f64(f64::from(share) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_up_to_a_bound() {
        for attempt in 1..40 {
            assert!(delay(attempt) <= LONGEST);
            assert!(delay(1) <= FIRST);
        }
    }
}
