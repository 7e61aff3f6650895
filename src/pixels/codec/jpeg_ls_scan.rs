//! A scan of one component of JPEG-LS (ITU-T T.87 annex A), lossless and near-lossless.

use super::jpeg_ls_bits::BitReader;

/// Bits of a run's length by the index of runs (T.87 A.2.1, J).
const RUN_BITS: [u32; 32] = [
    0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 9, 10, 11, 12, 13,
    14, 15,
];
/// The first context of run interruptions, behind those of gradients.
const FIRST_RUN_CONTEXT: usize = 365;

/// The parameters of a scan (T.87 C.2.4.1.1).
#[derive(Debug, Clone, Copy)]
pub struct ScanParameters {
    /// The highest value, at most 65,535.
    pub max_value: i32,
    /// How much a value may differ from the original.
    pub near: i32,
    /// The thresholds of gradients.
    pub thresholds: [i32; 3],
    /// How many values of a context are counted before its counts are halved.
    pub reset: i32,
}

impl ScanParameters {
    /// The default thresholds and reset.
    pub fn default_for(max_value: i32, near: i32) -> Self {
        let clamp = |value: i32, low: i32| {
            if value > max_value || value < low { low } else { value }
        };
        let [first, second, third] = if max_value >= 128 {
            let factor = (max_value.min(4095) + 128) / 256;
            [factor + 2 + 3 * near, factor * 4 + 3 + 5 * near, factor * 17 + 4 + 7 * near]
        } else {
            let factor = 256 / (max_value + 1);
            let small = |value: i32, least: i32| (value / factor).max(least);
            [
                (small(3, 0) + 3 * near).max(2),
                (small(7, 0) + 5 * near).max(3),
                (small(21, 0) + 7 * near).max(4),
            ]
        };
        let first = clamp(first, near + 1);
        let second = clamp(second, first);
        let thresholds = [first, second, clamp(third, second)];
        Self { max_value, near, thresholds, reset: 64 }
    }

    /// Whether the parameters fit each other.
    pub fn are_valid(&self) -> bool {
        let [first, second, third] = self.thresholds;
        (1..=0xFFFF).contains(&self.max_value)
            && (0..=255.min(self.max_value / 2)).contains(&self.near)
            && self.near < first
            && first <= second
            && second <= third
            && third <= self.max_value
            && self.reset >= 3
    }
}

/// What is known of the errors of prediction in a context.
#[derive(Debug, Clone, Copy)]
struct Context {
    /// Sum of absolute errors (A).
    sum: i32,
    /// Sum of errors (B); in run interruptions, how many are negative (Nn).
    bias: i32,
    /// Correction of the prediction (C).
    correction: i32,
    /// How many errors (N).
    count: i32,
}

impl Context {
    /// The parameter of the code of a next error (k), by the total of errors.
    #[inline]
    fn code_parameter(&self, total: i32) -> u32 {
        let mut k = 0;
        while self.count << k < total && k < 24 {
            k += 1;
        }
        k
    }
}

/// Decodes a scan of that size; none where its bytes end too early or are damaged.
pub fn decode_scan(
    bytes: &[u8],
    parameters: &ScanParameters,
    [columns, rows]: [usize; 2],
) -> Option<Vec<u16>> {
    let mut scan = ScanDecoder::new(bytes, parameters);
    let mut values = vec![0_u16; columns * rows];
    // Each line between the samples that stand for those beyond its ends (T.87 A.2.1).
    let mut above = vec![0_i32; columns + 2];
    let mut line = vec![0_i32; columns + 2];
    for decoded in values.chunks_exact_mut(columns) {
        above[columns + 1] = above[columns];
        line[0] = above[1];
        scan.line(&above, &mut line)?;
        for (value, sample) in decoded.iter_mut().zip(&line[1..]) {
            // Between 0 and the highest value.
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let sample = *sample as u16;
            *value = sample;
        }
        std::mem::swap(&mut above, &mut line);
    }
    Some(values)
}

struct ScanDecoder<'a> {
    bits: BitReader<'a>,
    max_value: i32,
    near: i32,
    reset: i32,
    /// One more than twice `near`.
    step: i32,
    /// Errors are numbers modulo this (RANGE).
    range: i32,
    /// Bits of an error (qbpp).
    error_bits: u32,
    /// The longest code (LIMIT).
    longest_code: u32,
    /// The region of each gradient, from the lowest (T.87 A.3.3).
    regions: Vec<i8>,
    contexts: Vec<Context>,
    run_index: usize,
}

impl<'a> ScanDecoder<'a> {
    fn new(bytes: &'a [u8], parameters: &ScanParameters) -> Self {
        let ScanParameters { max_value, near, thresholds: [first, second, third], reset } =
            *parameters;
        let step = 2 * near + 1;
        let range = (max_value + 2 * near) / step + 1;
        let bits_of = |numbers: i32| u32::BITS - (numbers - 1).cast_unsigned().leading_zeros();
        let value_bits = bits_of(max_value + 1).max(2);
        let region = |gradient: i32| {
            let size = match gradient.abs() {
                size if size <= near => 0,
                size if size < first => 1,
                size if size < second => 2,
                size if size < third => 3,
                _ => 4,
            };
            if gradient < 0 { -size } else { size }
        };
        let context = Context { sum: ((range + 32) / 64).max(2), bias: 0, correction: 0, count: 1 };
        Self {
            bits: BitReader::new(bytes),
            max_value,
            near,
            reset,
            step,
            range,
            error_bits: bits_of(range),
            longest_code: 2 * (value_bits + value_bits.max(8)),
            regions: (-max_value..=max_value).map(region).collect(),
            contexts: vec![context; FIRST_RUN_CONTEXT + 2],
            run_index: 0,
        }
    }

    /// Decodes a line between its neighbours at the ends.
    fn line(&mut self, above: &[i32], line: &mut [i32]) -> Option<()> {
        let columns = line.len() - 2;
        let above = &above[..columns + 2];
        let mut column = 1;
        let (mut left, mut above_left, mut over) = (line[0], above[0], above[1]);
        while column <= columns {
            let above_right = above[column + 1];
            let context = 81 * self.region(above_right - over)
                + 9 * self.region(over - above_left)
                + self.region(above_left - left);
            if context == 0 {
                column = self.run(above, line, column)?;
                (left, above_left) = (line[column - 1], above[column - 1]);
                over = above.get(column).copied().unwrap_or(0);
                continue;
            }
            let predicted = predict(left, over, above_left);
            let sample = self.sample(context, predicted)?;
            line[column] = sample;
            (left, above_left, over) = (sample, over, above_right);
            column += 1;
        }
        if self.bits.is_beyond_end() { None } else { Some(()) }
    }

    #[inline]
    fn region(&self, gradient: i32) -> i32 {
        // Differences of two values: within the table.
        let place = (gradient + self.max_value).cast_unsigned() as usize;
        self.regions.get(place).map_or(0, |region| i32::from(*region))
    }

    /// A sample of the regular mode (T.87 A.4 to A.6).
    #[inline]
    fn sample(&mut self, signed_context: i32, predicted: i32) -> Option<i32> {
        let is_negative = signed_context < 0;
        let context = self.contexts.get_mut(signed_context.unsigned_abs() as usize)?;
        let correction = if is_negative { -context.correction } else { context.correction };
        let predicted = (predicted + correction).clamp(0, self.max_value);
        let k = context.code_parameter(context.sum);
        let most_zeros = self.longest_code - self.error_bits - 1;
        let mapped = self.bits.golomb(k, most_zeros, self.error_bits)?;
        let mut error = (mapped >> 1).cast_signed() ^ -(mapped & 1).cast_signed();
        if k == 0 && self.near == 0 && 2 * context.bias <= -context.count {
            error = -error - 1;
        }
        context.sum = context.sum.saturating_add(error.saturating_abs());
        context.bias = context.bias.saturating_add(error.saturating_mul(self.step));
        if context.count == self.reset {
            context.sum >>= 1;
            context.bias >>= 1;
            context.count >>= 1;
        }
        context.count += 1;
        if context.bias <= -context.count {
            context.bias = (context.bias + context.count).max(1 - context.count);
            context.correction = (context.correction - 1).max(-128);
        } else if context.bias > 0 {
            context.bias = (context.bias - context.count).min(0);
            context.correction = (context.correction + 1).min(127);
        }
        let error = if is_negative { -error } else { error };
        Some(self.reconstructed(predicted, error))
    }

    /// The value by its prediction and error (T.87 A.4.5).
    #[inline]
    fn reconstructed(&self, predicted: i32, error: i32) -> i32 {
        let mut value = predicted.saturating_add(error.saturating_mul(self.step));
        if value < -self.near {
            value = value.saturating_add(self.range * self.step);
        } else if value > self.max_value + self.near {
            value = value.saturating_sub(self.range * self.step);
        }
        value.clamp(0, self.max_value)
    }

    /// Decodes a run from `start` and the sample that interrupts it (T.87 A.7). Returns the column behind it.
    fn run(&mut self, above: &[i32], line: &mut [i32], start: usize) -> Option<usize> {
        let columns = line.len() - 2;
        let value = line[start - 1];
        let mut column = start;
        while self.bits.bits(1) == 1 {
            let full = 1_usize << RUN_BITS[self.run_index];
            let length = full.min(columns + 1 - column);
            line[column..column + length].fill(value);
            column += length;
            if length == full {
                self.run_index = (self.run_index + 1).min(RUN_BITS.len() - 1);
            }
            if column > columns {
                return Some(column);
            }
            if self.bits.is_beyond_end() {
                return None;
            }
        }
        let run_bits = RUN_BITS[self.run_index];
        let length = self.bits.bits(run_bits) as usize;
        if length > columns - column {
            return None;
        }
        line[column..column + length].fill(value);
        column += length;
        line[column] = self.interruption(value, above[column], run_bits)?;
        self.run_index = self.run_index.saturating_sub(1);
        Some(column + 1)
    }

    /// The sample behind a run (T.87 A.7.2).
    fn interruption(&mut self, left: i32, over: i32, run_bits: u32) -> Option<i32> {
        let is_alike = (left - over).abs() <= self.near;
        let context = &mut self.contexts[FIRST_RUN_CONTEXT + usize::from(is_alike)];
        let sum = context.sum + if is_alike { context.count >> 1 } else { 0 };
        let k = context.code_parameter(sum);
        let most_zeros = (self.longest_code - run_bits - 1).checked_sub(self.error_bits + 1)?;
        let mapped = self.bits.golomb(k, most_zeros, self.error_bits)?.cast_signed();
        let signed = mapped + i32::from(is_alike);
        let is_odd = signed & 1 == 1;
        let size = (signed + i32::from(is_odd)) / 2;
        let is_negative = (k != 0 || 2 * context.bias >= context.count) == is_odd;
        let error = if is_negative { -size } else { size };
        context.bias += i32::from(error < 0);
        context.sum = context.sum.saturating_add((mapped + 1 - i32::from(is_alike)) >> 1);
        if context.count == self.reset {
            context.sum >>= 1;
            context.bias >>= 1;
            context.count >>= 1;
        }
        context.count += 1;
        let (predicted, error) = match is_alike {
            true => (left, error),
            false if left > over => (over, -error),
            false => (over, error),
        };
        Some(self.reconstructed(predicted, error))
    }
}

/// The median edge detector (T.87 A.4.1).
#[inline]
fn predict(left: i32, above: i32, above_left: i32) -> i32 {
    let (low, high) = (left.min(above), left.max(above));
    if above_left >= high {
        low
    } else if above_left <= low {
        high
    } else {
        left + above - above_left
    }
}
