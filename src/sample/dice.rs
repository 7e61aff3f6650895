//! Random numbers that are the same on every machine: ChaCha8, one stream per case and purpose.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// The purpose of a random stream: one more number drawn from one does not change the others.
#[derive(Debug, Clone, Copy)]
pub(super) enum RandomPurpose {
    Device,
    Clinic,
    Breast,
    Lesions,
    Exposure,
    Reader,
    Fault,
}

/// A stream of random numbers.
pub(super) struct RandomStream(ChaCha8Rng);

impl RandomStream {
    /// The stream of one case (`group` 0–2, `number` from 1) for one purpose.
    pub fn new(seed: u64, group: u64, number: u32, purpose: RandomPurpose) -> Self {
        Self::part(seed, group, number, purpose, 0)
    }

    /// The stream of a part (0–15) of that, such as one image.
    pub fn part(seed: u64, group: u64, number: u32, purpose: RandomPurpose, part: u32) -> Self {
        let part = u64::from(part % 16) << 4;
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream((group << 48) | (u64::from(number) << 8) | part | purpose as u64);
        Self(rng)
    }

    /// At least 0 and below 1.
    pub fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Between two numbers.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// At least 0 and below `limit`; 0 when there is no room.
    pub fn below(&mut self, limit: u64) -> u64 {
        if limit == 0 { 0 } else { self.0.next_u64() % limit }
    }

    /// True in a share of cases.
    pub fn chance(&mut self, share: f64) -> bool {
        self.unit() < share
    }

    /// One of several.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        let index = self.below(from.len() as u64) as usize;
        &from[index]
    }

    /// One of several by weight.
    pub fn weigh<'a, T>(&mut self, from: &'a [T], weight: impl Fn(&T) -> u32) -> &'a T {
        let total: u64 = from.iter().map(|t| u64::from(weight(t))).sum();
        let mut left = self.below(total);
        for item in from {
            let w = u64::from(weight(item));
            if left < w {
                return item;
            }
            left -= w;
        }
        &from[0]
    }

    /// Any 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }
}
