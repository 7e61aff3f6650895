//! The bits of a JPEG-LS scan (ITU-T T.87 A.1): behind a byte of ones, the next byte has seven bits.

/// Reads bits; behind the end of the scan they are zeros, which [`Self::is_beyond_end`] reports.
pub struct BitReader<'a> {
    bytes: &'a [u8],
    place: usize,
    /// The bits that come next, from the highest.
    cache: u64,
    /// How many bits of the cache are of the scan; negative when more were read than it has.
    count: i32,
    is_after_ones: bool,
}

impl<'a> BitReader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, place: 0, cache: 0, count: 0, is_after_ones: false }
    }

    /// Whether more bits were read than the scan has.
    pub fn is_beyond_end(&self) -> bool {
        self.count < 0
    }

    /// Fills the cache with at least 56 bits, unless the scan ends.
    #[inline]
    fn fill(&mut self) {
        if self.count >= 32 {
            return;
        }
        if let Some(next) = self.bytes.get(self.place..).and_then(|rest| rest.first_chunk::<4>())
            && !self.is_after_ones
            && self.count >= 0
            && next.iter().all(|byte| *byte != 0xFF)
        {
            self.cache |= u64::from(u32::from_be_bytes(*next)) << (32 - self.count);
            self.count += 32;
            self.place += 4;
            return;
        }
        self.fill_by_bytes();
    }

    #[cold]
    fn fill_by_bytes(&mut self) {
        while (0..=56).contains(&self.count) {
            let Some(&byte) = self.bytes.get(self.place) else { return };
            if self.is_after_ones {
                // A high bit is that of a marker: the scan ended with the byte of ones.
                if byte >= 0x80 {
                    return;
                }
                self.cache |= u64::from(byte) << (57 - self.count);
                self.count += 7;
            } else {
                let is_marker = self.bytes.get(self.place + 1).is_some_and(|next| *next >= 0x80);
                if byte == 0xFF && is_marker {
                    return;
                }
                self.cache |= u64::from(byte) << (56 - self.count);
                self.count += 8;
            }
            self.is_after_ones = byte == 0xFF;
            self.place += 1;
        }
    }

    fn skip(&mut self, count: u32) {
        self.cache <<= count;
        self.count -= count.cast_signed();
    }

    /// The next bits as a number; at most 32.
    #[inline]
    pub fn bits(&mut self, count: u32) -> u32 {
        if count == 0 {
            return 0;
        }
        self.fill();
        // At most 32 bits are left.
        #[allow(clippy::cast_possible_truncation)]
        let value = (self.cache >> (64 - count)) as u32;
        self.skip(count);
        value
    }

    /// A number of limited length (T.87 A.5.3): zeros and a one, then `k` bits; where there are `most_zeros`, the
    /// `long` bits of the number less one. Absent where there are more zeros.
    #[inline]
    pub fn golomb(&mut self, k: u32, most_zeros: u32, long: u32) -> Option<u32> {
        self.fill();
        let zeros = self.cache.leading_zeros();
        let both = zeros + 1 + k;
        if zeros < most_zeros && both.cast_signed() <= self.count && both < 64 {
            // Few bits, all of which are there: those behind the one.
            let rest = (self.cache << zeros << 1).checked_shr(64 - k).unwrap_or(0);
            self.skip(both);
            #[allow(clippy::cast_possible_truncation)] // at most 16 bits
            return Some(zeros << k | rest as u32);
        }
        self.long_golomb(k, most_zeros, long)
    }

    #[cold]
    fn long_golomb(&mut self, k: u32, most_zeros: u32, long: u32) -> Option<u32> {
        let mut zeros = 0;
        while self.bits(1) == 0 {
            zeros += 1;
            if zeros > most_zeros {
                return None;
            }
        }
        if zeros < most_zeros { Some(zeros << k | self.bits(k)) } else { Some(self.bits(long) + 1) }
    }
}
