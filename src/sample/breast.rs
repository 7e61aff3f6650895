//! The shape of a breast under compression, and where in it a lesion can lie.

use std::f64::consts::TAU;

use super::dice::Dice;
use super::outline::Outline;
use super::view::{Angle, Grid, Side, View};

/// Distance that a lesion keeps from the skin and the chest wall, in mm.
const MARGIN_MM: f64 = 3.0;

/// A pair of breasts; lengths in mm.
#[derive(Debug, Clone)]
pub(super) struct Breast {
    /// From the chest wall to the nipple.
    pub depth: f64,
    /// From the middle to the upper or lower edge.
    pub half: f64,
    /// How much of it is gland, 0 to 1.
    pub density: f64,
    /// Seed of its tissue.
    pub tissue: u64,
}

/// A lesion and where it lies in each view: (mm before the chest wall, mm below the middle).
#[derive(Debug, Clone)]
pub(super) struct Lesion {
    pub side: Side,
    pub outline: Outline,
    cc: (f64, f64),
    mlo: (f64, f64),
}

impl Lesion {
    /// Its centre in a view.
    pub fn centre(&self, angle: Angle) -> (f64, f64) {
        match angle {
            Angle::Cc => self.cc,
            Angle::Mlo => self.mlo,
        }
    }

    /// Its contour in a view of its side.
    pub fn contour(&self, grid: Grid, view: View) -> Option<Vec<super::outline::Point>> {
        let (depth, below) = self.centre(view.angle);
        self.outline.contour(grid, view.side, depth, below)
    }
}

/// A quarter of the breast, as two directions.
#[derive(Debug, Clone, Copy)]
pub(super) struct Quarter {
    pub upper: Way,
    pub outer: Way,
}

impl Quarter {
    /// Any of the four.
    pub fn any(dice: &mut Dice) -> Self {
        let way = |dice: &mut Dice| if dice.chance(0.5) { Way::Up } else { Way::Down };
        Self { upper: way(dice), outer: way(dice) }
    }
}

/// Up on the image, or down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Up,
    Down,
}

impl Way {
    fn sign(self) -> f64 {
        match self {
            Self::Up => -1.0,
            Self::Down => 1.0,
        }
    }
}

impl Breast {
    /// A breast that fits on `grid` and has room for a lesion that reaches `reach` mm.
    pub fn new(grid: Grid, reach: f64, dice: &mut Dice) -> Self {
        let widest = f64::from(grid.columns) * grid.spacing_mm - 8.0;
        let highest = grid.height_mm() / 2.0 - 6.0;
        let needed = (reach + MARGIN_MM) / 0.42;
        Self {
            depth: dice.between(72.0, 104.0).max(needed).min(widest),
            half: dice.between(76.0, 99.0).max(needed).min(highest),
            density: dice.between(0.25, 0.95),
            tissue: dice.bits(),
        }
    }

    /// How far below the image's middle that of the breast lies.
    pub fn middle(&self, angle: Angle) -> f64 {
        match angle {
            Angle::Cc => 0.0,
            Angle::Mlo => 0.05 * self.half,
        }
    }

    /// How far inside the rounded part a point lies: 1 at the chest wall's middle, 0 at the skin.
    pub fn inside(&self, angle: Angle, depth: f64, below: f64) -> f64 {
        let (u, v) = (depth / self.depth, (below - self.middle(angle)) / self.half);
        1.0 - (u * u + v * v).sqrt()
    }

    /// How far the tissue toward the armpit reaches before the chest wall.
    pub fn tail(&self, angle: Angle, below: f64) -> f64 {
        let above = self.middle(angle) - below;
        match angle {
            Angle::Mlo if above > 0.0 => self.depth * (0.60 - 0.2 * above / self.half).max(0.0),
            Angle::Mlo | Angle::Cc => 0.0,
        }
    }

    /// How far the chest muscle reaches before the chest wall.
    pub fn muscle(&self, angle: Angle, grid: Grid, below: f64) -> f64 {
        let (top, end) = (-grid.height_mm() / 2.0, self.middle(angle) + 0.2 * self.half);
        match angle {
            Angle::Mlo if below < end => 0.46 * self.depth * (1.0 - (below - top) / (end - top)),
            Angle::Mlo | Angle::Cc => 0.0,
        }
    }

    /// Lays a lesion into a quarter of the breast, as far out as it fits.
    ///
    /// `None` when the breast is too small for it.
    pub fn place(
        &self,
        outline: Outline,
        side: Side,
        quarter: Quarter,
        dice: &mut Dice,
    ) -> Option<Lesion> {
        let depth = self.depth * dice.between(0.3, 0.75);
        let aside = |way: Way, dice: &mut Dice| way.sign() * self.half * dice.between(0.15, 0.6);
        let cc = (depth, aside(quarter.outer, dice));
        let mlo = (depth + dice.between(-6.0, 6.0), aside(quarter.upper, dice));
        let cc = self.settle(&outline, Angle::Cc, cc)?;
        let mlo = self.settle(&outline, Angle::Mlo, mlo)?;
        Some(Lesion { side, outline, cc, mlo })
    }

    /// The wanted place, or the nearest one on the way to the middle where the outline fits.
    fn settle(&self, outline: &Outline, angle: Angle, at: (f64, f64)) -> Option<(f64, f64)> {
        let (depth, below) = (0.44 * self.depth, self.middle(angle));
        (0..=20).map(|step| f64::from(step) / 20.0).find_map(|t| {
            let (d, h) = (at.0 + (depth - at.0) * t, at.1 + (below - at.1) * t);
            self.holds(outline, angle, d, h).then_some((d, h))
        })
    }

    fn holds(&self, outline: &Outline, angle: Angle, depth: f64, below: f64) -> bool {
        (0..48).map(|step| TAU * f64::from(step) / 48.0).all(|direction| {
            let r = outline.radius(direction) + MARGIN_MM;
            let (d, h) = (depth + r * direction.cos(), below + r * direction.sin());
            d > 0.0 && self.inside(angle, d, h) > 0.0
        })
    }
}

/// Whether two lesions of one side overlap in a view.
pub(super) fn overlap(a: &Lesion, b: &Lesion) -> bool {
    a.side == b.side
        && [Angle::Cc, Angle::Mlo].iter().any(|angle| {
            let ((ad, ah), (bd, bh)) = (a.centre(*angle), b.centre(*angle));
            (ad - bd).hypot(ah - bh) < a.outline.reach() + b.outline.reach() + MARGIN_MM
        })
}
