//! The shape of a breast under compression, and where in it a lesion can lie.

use std::f64::consts::TAU;

use super::dice::RandomStream;
use super::outline::LesionOutline;
use super::view::{BreastSide, PixelGrid, SampleView, ViewAngle};

/// Distance that a lesion keeps from the skin and the chest wall, in mm.
const MARGIN_MM: f64 = 3.0;

/// A pair of breasts; lengths in mm.
#[derive(Debug, Clone)]
pub(super) struct SampleBreast {
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
pub(super) struct SampleLesion {
    pub side: BreastSide,
    pub outline: LesionOutline,
    cc: (f64, f64),
    mlo: (f64, f64),
}

impl SampleLesion {
    /// Its centre in a view.
    pub fn centre(&self, angle: ViewAngle) -> (f64, f64) {
        match angle {
            ViewAngle::Cc => self.cc,
            ViewAngle::Mlo => self.mlo,
        }
    }

    /// The lesion as another reader sees it: a little shifted, larger or smaller; now and then just the
    /// same, or not at all.
    pub fn seen_again(&self, dice: &mut RandomStream) -> Option<Self> {
        if dice.chance(0.06) {
            return None;
        }
        if dice.chance(0.25) {
            return Some(self.clone());
        }
        let mut shift = |(depth, below): (f64, f64)| {
            (depth + dice.between(-2.0, 2.0), below + dice.between(-2.0, 2.0))
        };
        let (cc, mlo) = (shift(self.cc), shift(self.mlo));
        let outline = self.outline.scaled(dice.between(0.88, 1.12));
        Some(Self { side: self.side, outline, cc, mlo })
    }

    /// Its contour in a view of its side.
    pub fn contour(
        &self,
        grid: PixelGrid,
        view: SampleView,
    ) -> Option<Vec<super::outline::OutlinePoint>> {
        let (depth, below) = self.centre(view.angle);
        self.outline.contour(grid, view.side, depth, below)
    }
}

/// A quarter of the breast, as two directions.
#[derive(Debug, Clone, Copy)]
pub(super) struct QuadrantDirections {
    pub upper: VerticalDirection,
    pub outer: VerticalDirection,
}

impl QuadrantDirections {
    /// Any of the four.
    pub fn any(dice: &mut RandomStream) -> Self {
        let way = |dice: &mut RandomStream| {
            if dice.chance(0.5) { VerticalDirection::Up } else { VerticalDirection::Down }
        };
        Self { upper: way(dice), outer: way(dice) }
    }
}

/// Up on the image, or down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum VerticalDirection {
    Up,
    Down,
}

impl VerticalDirection {
    fn sign(self) -> f64 {
        match self {
            Self::Up => -1.0,
            Self::Down => 1.0,
        }
    }
}

impl SampleBreast {
    /// A breast that fits on `grid` and has room for a lesion that reaches `reach` mm.
    pub fn new(grid: PixelGrid, reach: f64, dice: &mut RandomStream) -> Self {
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
    pub fn middle(&self, angle: ViewAngle) -> f64 {
        match angle {
            ViewAngle::Cc => 0.0,
            ViewAngle::Mlo => 0.05 * self.half,
        }
    }

    /// How far inside the rounded part a point lies: 1 at the chest wall's middle, 0 at the skin.
    pub fn inside(&self, angle: ViewAngle, depth: f64, below: f64) -> f64 {
        let (u, v) = (depth / self.depth, (below - self.middle(angle)) / self.half);
        1.0 - (u * u + v * v).sqrt()
    }

    /// How far the tissue toward the armpit reaches before the chest wall.
    pub fn tail(&self, angle: ViewAngle, below: f64) -> f64 {
        let above = self.middle(angle) - below;
        match angle {
            ViewAngle::Mlo if above > 0.0 => self.depth * (0.60 - 0.2 * above / self.half).max(0.0),
            ViewAngle::Mlo | ViewAngle::Cc => 0.0,
        }
    }

    /// How far the chest muscle reaches before the chest wall.
    pub fn muscle(&self, angle: ViewAngle, grid: PixelGrid, below: f64) -> f64 {
        let (top, end) = (-grid.height_mm() / 2.0, self.middle(angle) + 0.2 * self.half);
        match angle {
            ViewAngle::Mlo if below < end => {
                0.46 * self.depth * (1.0 - (below - top) / (end - top))
            }
            ViewAngle::Mlo | ViewAngle::Cc => 0.0,
        }
    }

    /// Lays a lesion into a quarter of the breast, as far out as it fits.
    ///
    /// `None` when the breast is too small for it.
    pub fn place(
        &self,
        outline: LesionOutline,
        side: BreastSide,
        quarter: QuadrantDirections,
        dice: &mut RandomStream,
    ) -> Option<SampleLesion> {
        let depth = self.depth * dice.between(0.3, 0.75);
        let aside = |way: VerticalDirection, dice: &mut RandomStream| {
            way.sign() * self.half * dice.between(0.15, 0.6)
        };
        let cc = (depth, aside(quarter.outer, dice));
        let mlo = (depth + dice.between(-6.0, 6.0), aside(quarter.upper, dice));
        let cc = self.settle(&outline, ViewAngle::Cc, cc)?;
        let mlo = self.settle(&outline, ViewAngle::Mlo, mlo)?;
        Some(SampleLesion { side, outline, cc, mlo })
    }

    /// The wanted place, or the nearest one on the way to the middle where the outline fits.
    fn settle(
        &self,
        outline: &LesionOutline,
        angle: ViewAngle,
        place: (f64, f64),
    ) -> Option<(f64, f64)> {
        let (depth, below) = (0.44 * self.depth, self.middle(angle));
        (0..=20).map(|step| f64::from(step) / 20.0).find_map(|t| {
            let (d, h) = (place.0 + (depth - place.0) * t, place.1 + (below - place.1) * t);
            self.holds(outline, angle, d, h).then_some((d, h))
        })
    }

    fn holds(&self, outline: &LesionOutline, angle: ViewAngle, depth: f64, below: f64) -> bool {
        (0..48).map(|step| TAU * f64::from(step) / 48.0).all(|direction| {
            let r = outline.radius(direction) + MARGIN_MM;
            let (d, h) = (depth + r * direction.cos(), below + r * direction.sin());
            d > 0.0 && self.inside(angle, d, h) > 0.0
        })
    }
}

/// Whether two lesions of one side overlap in a view.
pub(super) fn overlap(a: &SampleLesion, b: &SampleLesion) -> bool {
    a.side == b.side
        && [ViewAngle::Cc, ViewAngle::Mlo].iter().any(|angle| {
            let ((ad, ah), (bd, bh)) = (a.centre(*angle), b.centre(*angle));
            (ad - bd).hypot(ah - bh) < a.outline.reach() + b.outline.reach() + MARGIN_MM
        })
}
