//! A stream of pseudo-random numbers with a fixed seed, for tests that mutate inputs, and how much such
//! tests try.

/// Whether tests try all of their random inputs (`MAMMODEX_TRIALS=all`, as in `.ci/run`) or a quarter; a
/// number tries that many times all.
pub fn is_thorough() -> bool {
    std::env::var("MAMMODEX_TRIALS").is_ok_and(|value| value == "all")
}

/// How many of `all` random inputs a test tries.
pub fn trials(all: usize) -> usize {
    let times = std::env::var("MAMMODEX_TRIALS").ok().and_then(|value| value.parse::<usize>().ok());
    match times {
        Some(times) => all * times,
        None if is_thorough() => all,
        None => all / 4,
    }
}

/// The seed of a test of random inputs: the fixed one, or another where `MAMMODEX_SEED` is a number.
pub fn seed(fixed: u64) -> u64 {
    let shift = std::env::var("MAMMODEX_SEED").ok().and_then(|value| value.parse::<u64>().ok());
    fixed ^ shift.unwrap_or(0).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

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
