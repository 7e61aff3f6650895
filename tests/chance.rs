//! A stream of pseudo-random numbers with a fixed seed, for tests that mutate inputs.

/// A stream of pseudo-random numbers (xorshift64*, Vigna 2016).
pub struct Chance(pub u64);

impl Chance {
    /// A number below a limit.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % limit
    }

    /// One of several.
    pub fn pick<'a, T>(&mut self, several: &'a [T]) -> &'a T {
        &several[self.below(several.len())]
    }

    /// One of the places where a text has a part, replaced.
    pub fn replace_one(&mut self, text: &str, part: &str, replacement: &str) -> Option<String> {
        let places: Vec<usize> = text.match_indices(part).map(|(place, _)| place).collect();
        let place = *places.get(self.below(places.len().max(1)))?;
        Some(format!("{}{replacement}{}", &text[..place], &text[place + part.len()..]))
    }
}
