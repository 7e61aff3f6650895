//! The outline of a lesion, and the contour that a reader draws along it.

use std::f64::consts::TAU;

use super::dice::RandomStream;
use super::view::{BreastSide, PixelGrid};

/// A point from the image's centre: x to the right, y down, in pixels.
pub(super) type OutlinePoint = (i32, i32);

/// The annotation tool drops contours of this many points and fewer.
pub(super) const FEWEST_POINTS: usize = 30;
/// No outline is smaller: on a small image it could not have enough points.
const SMALLEST_MM: f64 = 8.6;

/// A shape around a centre, in mm: a radius for every direction.
#[derive(Debug, Clone)]
pub(super) struct LesionOutline {
    radius_mm: f64,
    waves: [(f64, f64); 4],
}

impl LesionOutline {
    /// An irregular outline around a lesion of `diameter_cm`.
    pub fn of(diameter_cm: f64, dice: &mut RandomStream) -> Self {
        let radius_mm = (diameter_cm * 5.0 + 1.5).max(SMALLEST_MM);
        let waves = [0.09, 0.06, 0.04, 0.025]
            .map(|most| (dice.between(-most, most), dice.between(0.0, TAU)));
        Self { radius_mm, waves }
    }

    /// The outline enlarged by a factor.
    pub fn scaled(&self, factor: f64) -> Self {
        Self { radius_mm: self.radius_mm * factor, waves: self.waves }
    }

    /// Distance of the outline from its centre, in mm, in a direction (radian).
    pub fn radius(&self, direction: f64) -> f64 {
        let waves = self.waves.iter().zip(2..);
        let wave: f64 =
            waves.map(|((a, phase), k)| a * (f64::from(k) * direction + phase).cos()).sum();
        self.radius_mm * (1.0 + wave)
    }

    /// The farthest that it reaches, in mm.
    pub fn reach(&self) -> f64 {
        self.radius_mm * (1.0 + self.waves.iter().map(|(a, _)| a.abs()).sum::<f64>())
    }

    /// The contour as the tool writes it: truncated toward the image's centre, more than
    /// [`FEWEST_POINTS`] points, the last repeating the first, never crossing itself.
    ///
    /// `None` when the grid is too coarse for the outline.
    pub fn contour(
        &self,
        grid: PixelGrid,
        side: BreastSide,
        depth: f64,
        below: f64,
    ) -> Option<Vec<OutlinePoint>> {
        let around_px = TAU * self.radius_mm / grid.spacing_mm;
        let mut points = (around_px / 5.0).clamp(64.0, 220.0) as usize;
        while points > FEWEST_POINTS {
            let contour = self.sample(points, grid, side, depth, below);
            if contour.len() > FEWEST_POINTS + 1 && is_simple(&contour) {
                return Some(contour);
            }
            points -= 2;
        }
        None
    }

    fn sample(
        &self,
        points: usize,
        grid: PixelGrid,
        side: BreastSide,
        depth: f64,
        below: f64,
    ) -> Vec<OutlinePoint> {
        let mut contour: Vec<OutlinePoint> = Vec::with_capacity(points + 1);
        for step in 0..points {
            let direction = TAU * step as f64 / points as f64;
            let r = self.radius(direction);
            let (x, y) = grid.point(side, depth + r * direction.cos(), below + r * direction.sin());
            let point = (x as i32, y as i32);
            if contour.last() != Some(&point) && contour.first() != Some(&point) {
                contour.push(point);
            }
        }
        contour.extend(contour.first().copied());
        contour
    }
}

/// Whether a closed ring neither crosses nor touches itself.
pub(super) fn is_simple(ring: &[OutlinePoint]) -> bool {
    let edges = ring.len().saturating_sub(1);
    (0..edges).all(|i| {
        let (a, b) = (ring[i], ring[i + 1]);
        (i + 1..edges).all(|j| {
            let (c, d) = (ring[j], ring[j + 1]);
            let next = j == i + 1;
            let around = i == 0 && j + 1 == edges;
            if next {
                !on(a, b, d) && !on(c, d, a)
            } else if around {
                !on(a, b, c) && !on(c, d, b)
            } else {
                !meet(a, b, c, d)
            }
        })
    })
}

/// Twice the signed area of a triangle.
fn turn(a: OutlinePoint, b: OutlinePoint, c: OutlinePoint) -> i64 {
    let wide = |p: OutlinePoint| (i64::from(p.0), i64::from(p.1));
    let ((ax, ay), (bx, by), (cx, cy)) = (wide(a), wide(b), wide(c));
    (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
}

/// Whether `p` lies on the edge from `a` to `b`.
fn on(a: OutlinePoint, b: OutlinePoint, p: OutlinePoint) -> bool {
    turn(a, b, p) == 0
        && (a.0.min(b.0)..=a.0.max(b.0)).contains(&p.0)
        && (a.1.min(b.1)..=a.1.max(b.1)).contains(&p.1)
}

/// Whether two edges share a point.
fn meet(a: OutlinePoint, b: OutlinePoint, c: OutlinePoint, d: OutlinePoint) -> bool {
    let apart = |p: i64, q: i64| p.signum() * q.signum() < 0;
    (apart(turn(a, b, c), turn(a, b, d)) && apart(turn(c, d, a), turn(c, d, b)))
        || on(a, b, c)
        || on(a, b, d)
        || on(c, d, a)
        || on(c, d, b)
}
