//! Pixels: a breast against the chest wall, its tissue, and its lesions, brighter than what is
//! around them.

use super::case::{SampleCase, SampleImage};
use super::facts::SamplePhotometric;
use super::view::{BreastSide, SampleView};

/// Distance over which the skin fades, in mm.
const SKIN_MM: f64 = 7.0;
/// Distance of the knots of the coarse and the fine tissue, in mm.
const KNOTS_MM: [f64; 2] = [11.0, 3.1];

/// 16-bit little-endian pixels of an image, row by row.
pub(super) fn pixels(case: &SampleCase, shot: &SampleImage) -> Vec<u8> {
    let (columns, rows) = (case.grid.columns as usize, case.grid.rows as usize);
    let painter = Painter::new(case, shot.shown);
    let most = f64::from((1_u32 << case.device.bits_stored) - 1);
    let inverse = case.device.photometric == SamplePhotometric::Monochrome1;
    let mut out = vec![0; columns * rows * 2];
    let mut line = vec![0.0; columns];
    for (row, bytes) in out.chunks_exact_mut(columns * 2).enumerate() {
        painter.line(row, &mut line);
        for (column, light) in line.iter().enumerate() {
            let value = (light.clamp(0.0, 1.0) * most) as u16;
            let value = if inverse { most as u16 - value } else { value };
            let stored_column = match shot.shown.side {
                BreastSide::Left => column,
                BreastSide::Right => columns - 1 - column,
            };
            bytes[2 * stored_column..2 * stored_column + 2].copy_from_slice(&value.to_le_bytes());
        }
    }
    out
}

struct Painter<'a> {
    case: &'a SampleCase,
    view: SampleView,
    coarse: Knots,
    fine: Knots,
}

impl<'a> Painter<'a> {
    fn new(case: &'a SampleCase, view: SampleView) -> Self {
        let seed = case.breast.tissue ^ (view.angle as u64 + 1) ^ ((view.side as u64 + 1) << 8);
        Self {
            case,
            view,
            coarse: Knots { seed, step: KNOTS_MM[0] },
            fine: Knots { seed: seed.rotate_left(17), step: KNOTS_MM[1] },
        }
    }

    /// Light of one row, from the chest wall outward, 0 to 1.
    fn line(&self, row: usize, line: &mut [f64]) {
        let grid = self.case.grid;
        let (breast, angle) = (&self.case.breast, self.view.angle);
        let below = (row as f64 + 0.5) * grid.spacing_mm - grid.height_mm() / 2.0;
        let tail = breast.tail(angle, below);
        let muscle = breast.muscle(angle, grid, below);
        let thick = breast.depth.min(breast.half);
        let (coarse, fine) = (self.coarse.row(below), self.fine.row(below));
        line.fill(0.0);
        for (column, light) in line.iter_mut().enumerate() {
            let depth = (column as f64 + 0.5) * grid.spacing_mm;
            let inside = (breast.inside(angle, depth, below) * thick).max(tail - depth);
            if inside <= 0.0 {
                if depth > breast.depth.max(tail) {
                    break;
                }
                continue;
            }
            let skin = ease(inside / SKIN_MM);
            let (u, v) = (depth / breast.depth - 0.5, (below / breast.half).abs());
            let gland = (1.0 - (u * u * 5.0 + v * v * 2.6)).max(0.0) * breast.density;
            let (c, f) = (coarse.at(depth), fine.at(depth));
            let mut here = 0.20 + 0.16 * gland + (0.10 + 0.16 * gland) * c + 0.06 * f;
            if depth < muscle {
                here += 0.16 * ease((muscle - depth) / 6.0);
            }
            *light = skin * here.min(0.62) + 0.03;
        }
        self.lesions(below, line);
    }

    fn lesions(&self, below: f64, line: &mut [f64]) {
        let spacing = self.case.grid.spacing_mm;
        for lesion in self.case.lesions.iter().filter(|l| l.side == self.view.side) {
            let (depth, middle) = lesion.centre(self.view.angle);
            let (reach, dy) = (lesion.outline.reach() * 1.1, below - middle);
            if dy.abs() > reach {
                continue;
            }
            let from = ((depth - reach) / spacing).max(0.0) as usize;
            let to = (((depth + reach) / spacing) as usize + 1).min(line.len());
            for (column, light) in line.iter_mut().enumerate().take(to).skip(from) {
                let dx = (column as f64 + 0.5) * spacing - depth;
                let distance = dx.hypot(dy) / lesion.outline.radius(dy.atan2(dx));
                *light += 0.30 * ease((1.1 - distance) / 0.25);
            }
        }
    }
}

/// From 0 to 1 without a corner.
fn ease(t: f64) -> f64 {
    let t = t.clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// Smooth chance: random values on the knots of a lattice, eased between.
struct Knots {
    seed: u64,
    step: f64,
}

/// One row of it: the knots above and below blended.
struct KnotRow {
    values: Vec<f64>,
    step: f64,
}

impl Knots {
    fn row(&self, below: f64) -> KnotRow {
        let y = below / self.step + 64.0;
        let (row, t) = (y.floor(), ease(y.fract()));
        let count = (400.0 / self.step) as u64;
        let values = (0..count)
            .map(|column| {
                let (a, b) = (self.knot(column, row as u64), self.knot(column, row as u64 + 1));
                a + (b - a) * t
            })
            .collect();
        KnotRow { values, step: self.step }
    }

    /// A number from 0 to 1 (SplitMix64's finaliser).
    fn knot(&self, column: u64, row: u64) -> f64 {
        let mut z =
            self.seed.wrapping_add((row << 20 | column).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 40) as f64 / (1_u64 << 24) as f64
    }
}

impl KnotRow {
    fn at(&self, depth: f64) -> f64 {
        let x = depth / self.step;
        let (column, t) = (x as usize, ease(x.fract()));
        match (self.values.get(column), self.values.get(column + 1)) {
            (Some(a), Some(b)) => a + (b - a) * t,
            _ => 0.5,
        }
    }
}
