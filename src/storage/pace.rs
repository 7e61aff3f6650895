//! Whether reads wait for the storage, and how many threads hide that.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Reads after which the pace is judged.
const SAMPLE: u32 = 16;
/// From here on a read is slow. Reads from memory take some microseconds; only a thread that loses its processor
/// meanwhile takes longer, which is rare enough not to be half of them.
const SLOW: Duration = Duration::from_micros(200);
/// What a read costs the processor beside its waiting: parsing a header, about.
const WORK: Duration = Duration::from_micros(40);

/// The reads since the pace was last judged.
#[derive(Debug, Default)]
pub struct Pace(Mutex<PaceSample>);

#[derive(Debug, Default)]
struct PaceSample {
    reads: u32,
    slow: u32,
    /// How long the slow ones waited, together.
    waited: Duration,
}

impl Pace {
    /// Adds a read that waited so long. Returns how many threads keep one processor busy, once there are enough
    /// reads to judge; 1 where most do not wait.
    pub fn add(&self, waited: Duration) -> Option<usize> {
        let mut sample = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sample.reads += 1;
        if waited >= SLOW {
            sample.slow += 1;
            sample.waited += waited;
        }
        if sample.reads < SAMPLE {
            return None;
        }
        let PaceSample { reads, slow, waited } = std::mem::take(&mut *sample);
        if 2 * slow <= reads {
            return Some(1);
        }
        let threads = (waited / slow).as_nanos() / WORK.as_nanos();
        Some(usize::try_from(threads).unwrap_or(usize::MAX).saturating_add(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(waits: impl IntoIterator<Item = u64>) -> Option<usize> {
        let pace = Pace::default();
        waits.into_iter().filter_map(|micros| pace.add(Duration::from_micros(micros))).last()
    }

    #[test]
    fn threads_follow_how_long_most_reads_wait() {
        assert_eq!(judged([10; 15]), None);
        assert_eq!(judged([10; 16]), Some(1));
        // A thread lost its processor now and then.
        assert_eq!(judged([10, 9_000].repeat(8)), Some(1));
        assert_eq!(judged([400; 16]), Some(11));
        assert_eq!(judged([4_000; 16]), Some(101));
        assert_eq!(judged([[4_000; 16], [5; 16]].concat()), Some(1));
    }
}
