//! Grey JPEG of twelve bits (ITU-T T.81, extended sequential, process 4), which no crate decodes.
//!
//! The inverse transform is the exact integer one of the reference implementation of the
//! Independent JPEG Group for twelve bits, so that values equal those of programs built on it.

use super::super::{PixelError, PixelLayout};
use super::jpeg_segments::{Segment, Segments};
use super::native;
use super::size::check_size;

const CODEC: &str = "JPEG";

/// The place of each coefficient in zigzag order (T.81 figure A.6).
const ZIGZAG: [usize; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20,
    13, 6, 7, 14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59,
    52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
];

/// Whether the frame header is that of extended sequential coding with twelve bits.
pub fn is_extended(bytes: &[u8]) -> bool {
    let frame = Segments::of(bytes).find(Segment::is_frame);
    frame.is_some_and(|frame| frame.marker == 0xC1 && frame.data.first() == Some(&12))
}

/// Decodes a stream of one component.
pub fn decode(bytes: &[u8], layout: &PixelLayout) -> Result<Vec<u16>, PixelError> {
    let damaged = |reason: &str| PixelError::stream(CODEC, reason);
    let mut tables = Tables::default();
    let mut segments = Segments::of(bytes);
    let mut quantization = None;
    while let Some(segment) = segments.next() {
        match segment.marker {
            0xDB => tables.read_quantization(segment.data).ok_or_else(|| damaged("DQT"))?,
            0xC4 => tables.read_huffman(segment.data).ok_or_else(|| damaged("DHT"))?,
            0xDD => {
                let [high, low, ..] = *segment.data else { return Err(damaged("DRI")) };
                tables.restart_interval = usize::from(u16::from_be_bytes([high, low]));
            }
            0xC1 => {
                let [_, y1, y0, x1, x0, components, _, _, table, ..] = *segment.data else {
                    return Err(damaged("SOF1"));
                };
                let word = |high, low| u32::from(u16::from_be_bytes([high, low]));
                let (columns, rows) = (word(x1, x0), word(y1, y0));
                check_size(CODEC, layout, columns, rows, u32::from(components))?;
                quantization = Some(usize::from(table & 3));
            }
            0xDA => {
                let [1, _, selectors, ..] = *segment.data else {
                    return Err(damaged("several components in a scan"));
                };
                let factors = tables.quantization[quantization.ok_or_else(|| damaged("SOS"))?];
                let scan = Scan {
                    layout,
                    factors: factors.ok_or_else(|| damaged("no quantization table"))?,
                    dc: tables.huffman[0][usize::from(selectors >> 4 & 3)].as_ref(),
                    ac: tables.huffman[1][usize::from(selectors & 3)].as_ref(),
                    restart_interval: tables.restart_interval,
                };
                let values = scan.decode(segments.rest).ok_or(PixelError::Cut)?;
                return Ok(native::align(values, layout));
            }
            _ => {}
        }
    }
    Err(PixelError::Cut)
}

#[derive(Default)]
struct Tables {
    quantization: [Option<[i64; 64]>; 4],
    /// DC and AC tables by their number.
    huffman: [[Option<HuffmanTable>; 4]; 2],
    restart_interval: usize,
}

impl Tables {
    /// T.81 B.2.4.1.
    fn read_quantization(&mut self, mut data: &[u8]) -> Option<()> {
        while let Some((&head, rest)) = data.split_first() {
            let wide = head >> 4 == 1;
            let length = if wide { 128 } else { 64 };
            let bytes = rest.get(..length)?;
            let mut factors = [0; 64];
            for (index, place) in ZIGZAG.iter().enumerate() {
                factors[*place] = if wide {
                    i64::from(u16::from_be_bytes([bytes[2 * index], bytes[2 * index + 1]]))
                } else {
                    i64::from(bytes[index])
                };
            }
            *self.quantization.get_mut(usize::from(head & 15))? = Some(factors);
            data = &rest[length..];
        }
        Some(())
    }

    /// T.81 B.2.4.2.
    fn read_huffman(&mut self, mut data: &[u8]) -> Option<()> {
        while let Some((&head, rest)) = data.split_first() {
            let counts: [u8; 16] = *rest.first_chunk()?;
            let total = counts.iter().map(|count| usize::from(*count)).sum::<usize>();
            let symbols = rest.get(16..16 + total)?;
            let table = HuffmanTable::new(&counts, symbols)?;
            let class = self.huffman.get_mut(usize::from(head >> 4))?;
            *class.get_mut(usize::from(head & 15))? = Some(table);
            data = &rest[16 + total..];
        }
        Some(())
    }
}

/// Length and symbol by the next sixteen bits; length 0 where no code begins so.
struct HuffmanTable {
    entries: Vec<(u8, u8)>,
}

impl HuffmanTable {
    /// T.81 annex C: codes of one length follow each other.
    fn new(counts: &[u8; 16], symbols: &[u8]) -> Option<Self> {
        let mut entries = vec![(0, 0); 1 << 16];
        let (mut code, mut symbols) = (0_usize, symbols.iter());
        for (length, count) in (1_u8..).zip(counts) {
            for _ in 0..*count {
                let shift = 16 - usize::from(length);
                let range = code << shift..(code + 1) << shift;
                entries.get_mut(range)?.fill((length, *symbols.next()?));
                code += 1;
            }
            code <<= 1;
        }
        Some(Self { entries })
    }
}

/// The entropy-coded bits of a scan, without stuffed zeros, up to the next marker.
struct Bits<'a> {
    rest: &'a [u8],
    held: u64,
    count: u32,
}

impl Bits<'_> {
    fn fill(&mut self) {
        while self.count <= 48 {
            let byte = match *self.rest {
                [0xFF, 0, ..] => {
                    self.rest = &self.rest[2..];
                    0xFF
                }
                // A marker: zeros follow, as the standard lets a decoder assume.
                [0xFF, ..] | [] => 0,
                [byte, ..] => {
                    self.rest = &self.rest[1..];
                    byte
                }
            };
            self.held |= u64::from(byte) << (56 - self.count);
            self.count += 8;
        }
    }

    fn symbol(&mut self, table: &HuffmanTable) -> Option<u8> {
        self.fill();
        let (length, symbol) = table.entries[usize::try_from(self.held >> 48).ok()?];
        self.skip(u32::from(length));
        (length > 0).then_some(symbol)
    }

    /// The next number of that many bits, extended by its sign (T.81 F.2.2.1).
    fn number(&mut self, bits: u8) -> Option<i64> {
        if bits == 0 {
            return Some(0);
        }
        if bits > 16 {
            return None;
        }
        self.fill();
        let value = i64::try_from(self.held >> (64 - u32::from(bits))).ok()?;
        self.skip(u32::from(bits));
        let half = 1_i64 << (bits - 1);
        Some(if value < half { value - 2 * half + 1 } else { value })
    }

    fn skip(&mut self, bits: u32) {
        self.held <<= bits;
        self.count -= bits;
    }

    /// Goes on behind the next restart marker.
    fn restart(&mut self) -> Option<()> {
        (self.held, self.count) = (0, 0);
        let marker = |pair: &[u8]| pair[0] == 0xFF && (0xD0..=0xD7).contains(&pair[1]);
        let start = self.rest.windows(2).position(marker)?;
        self.rest = &self.rest[start + 2..];
        Some(())
    }
}

struct Scan<'a> {
    layout: &'a PixelLayout,
    factors: [i64; 64],
    dc: Option<&'a HuffmanTable>,
    ac: Option<&'a HuffmanTable>,
    restart_interval: usize,
}

impl Scan<'_> {
    /// The blocks of the image from left to right, top to bottom; none where the data is damaged.
    fn decode(&self, data: &[u8]) -> Option<Vec<u16>> {
        let (columns, rows) = (usize::from(self.layout.columns), usize::from(self.layout.rows));
        let across = columns.div_ceil(8);
        let mut values = vec![0_u16; columns * rows];
        let mut bits = Bits { rest: data, held: 0, count: 0 };
        let mut previous = 0;
        for block in 0..across * rows.div_ceil(8) {
            if self.restart_interval > 0 && block > 0 && block % self.restart_interval == 0 {
                bits.restart()?;
                previous = 0;
            }
            let coefficients = self.block(&mut bits, &mut previous)?;
            let samples = inverse_transform(&coefficients);
            let (left, top) = (block % across * 8, block / across * 8);
            let width = (columns - left).min(8);
            for (row, line) in samples.chunks_exact(8).enumerate().take(rows - top) {
                let start = (top + row) * columns + left;
                values[start..start + width].copy_from_slice(&line[..width]);
            }
        }
        Some(values)
    }

    /// One block's coefficients, dequantized (T.81 F.2.2).
    fn block(&self, bits: &mut Bits<'_>, previous: &mut i64) -> Option<[i64; 64]> {
        let mut block = [0; 64];
        let size = bits.symbol(self.dc?)?;
        *previous += bits.number(size)?;
        block[0] = *previous * self.factors[0];
        let mut index = 1;
        while index < 64 {
            let symbol = bits.symbol(self.ac?)?;
            let (run, size) = (usize::from(symbol >> 4), symbol & 15);
            if size == 0 {
                if run < 15 {
                    break;
                }
                index += 16;
                continue;
            }
            index += run;
            let place = *ZIGZAG.get(index)?;
            block[place] = bits.number(size)? * self.factors[place];
            index += 1;
        }
        Some(block)
    }
}

const CONST_BITS: u32 = 13;
/// Twelve bits leave room for one bit between the passes.
const PASS1_BITS: u32 = 1;

/// The inverse cosine transform of a block, in samples of 0 to 4095.
fn inverse_transform(block: &[i64; 64]) -> [u16; 64] {
    let mut between = [0; 64];
    for column in 0..8 {
        let line: [i64; 8] = std::array::from_fn(|row| block[row * 8 + column]);
        let line = one_pass(line, CONST_BITS - PASS1_BITS);
        for (row, value) in line.into_iter().enumerate() {
            between[row * 8 + column] = value;
        }
    }
    let mut samples = [0; 64];
    for row in 0..8 {
        let line: [i64; 8] = std::array::from_fn(|column| between[row * 8 + column]);
        let line = one_pass(line, CONST_BITS + PASS1_BITS + 3);
        for (column, value) in line.into_iter().enumerate() {
            samples[row * 8 + column] = u16::try_from((value + 2048).clamp(0, 4095)).unwrap_or(0);
        }
    }
    samples
}

/// Eight values by Loeffler, Ligtenberg and Moschytz (ICASSP 1989), in fixed point.
fn one_pass(input: [i64; 8], shift: u32) -> [i64; 8] {
    let z1 = (input[2] + input[6]) * 4433;
    let tmp2 = z1 - input[6] * 15137;
    let tmp3 = z1 + input[2] * 6270;
    let tmp0 = (input[0] + input[4]) << CONST_BITS;
    let tmp1 = (input[0] - input[4]) << CONST_BITS;
    let even = [tmp0 + tmp3, tmp1 + tmp2, tmp1 - tmp2, tmp0 - tmp3];

    let [t0, t1, t2, t3] = [input[7], input[5], input[3], input[1]];
    let z5 = (t0 + t2 + t1 + t3) * 9633;
    let z1 = -(t0 + t3) * 7373;
    let z2 = -(t1 + t2) * 20995;
    let z3 = -(t0 + t2) * 16069 + z5;
    let z4 = -(t1 + t3) * 3196 + z5;
    let odd =
        [t3 * 12299 + z1 + z4, t2 * 25172 + z2 + z3, t1 * 16819 + z2 + z4, t0 * 2446 + z1 + z3];
    let round = 1_i64 << (shift - 1);
    std::array::from_fn(|index| {
        let mirrored = index.min(7 - index);
        let odd = if index < 4 { odd[mirrored] } else { -odd[mirrored] };
        (even[mirrored] + odd + round) >> shift
    })
}
