//! How far two contours cover each other: exact for polygons, by the even-odd rule where one crosses
//! itself.

use geo::{Area, BooleanOps, Polygon};

use super::contour::{self, ContourPoint};

/// Farther from the origin than any image: such a contour is not compared.
const FARTHEST: f64 = 1e7;

/// The areas of two contours and of what they share, in the square of the unit of their points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ContourOverlap {
    /// Area of the first.
    pub first: f64,
    /// Area of the second.
    pub second: f64,
    /// Area that lies within both.
    pub shared: f64,
}

impl ContourOverlap {
    /// The overlap of two rings; absent where one has no area.
    pub fn of(first: &[ContourPoint], second: &[ContourPoint]) -> Option<Self> {
        let (first, second) = (region(first)?, region(second)?);
        let (a, b) = (area(&first), area(&second));
        if a <= 0.0 || b <= 0.0 {
            return None;
        }
        // The clipper rounds to a grid: equal rings would share a little less than themselves.
        let shared = if first == second { a } else { first.intersection(&second).unsigned_area() };
        Some(Self { first: a, second: b, shared: shared.min(a).min(b) })
    }

    /// Twice the shared area over both areas (Dice, Ecology 1945;26:297); 0 to 1.
    pub fn dice(self) -> f64 {
        2.0 * self.shared / (self.first + self.second)
    }

    /// The shared area over that of the union (Jaccard, New Phytologist 1912;11:37); 0 to 1.
    pub fn iou(self) -> f64 {
        self.shared / (self.first + self.second - self.shared)
    }
}

fn region(points: &[ContourPoint]) -> Option<Polygon> {
    let is_near = |point: &ContourPoint| point.iter().all(|value| value.abs() <= FARTHEST);
    points.iter().all(is_near).then(|| contour::polygon(points))?
}

/// The area by the even-odd rule; of a ring that does not cross itself, by the shoelace formula.
fn area(region: &Polygon) -> f64 {
    let corners: Vec<ContourPoint> = region.exterior().coords().map(|c| [c.x, c.y]).collect();
    if contour::crosses_itself(&corners) {
        region.intersection(region).unsigned_area()
    } else {
        region.unsigned_area()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(x: f64, y: f64, side: f64) -> Vec<ContourPoint> {
        vec![[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]
    }

    #[test]
    fn squares_that_share_a_quarter() {
        let overlap = ContourOverlap::of(&square(0.0, 0.0, 2.0), &square(1.0, 1.0, 2.0)).unwrap();
        assert!((overlap.shared - 1.0).abs() < 1e-6, "{overlap:?}");
        assert!((overlap.dice() - 0.25).abs() < 1e-6);
        assert!((overlap.iou() - 1.0 / 7.0).abs() < 1e-6);
    }

    #[test]
    fn equal_rings_agree_fully_wherever_they_begin() {
        let ring = square(10.3, 20.7, 33.1);
        let overlap = ContourOverlap::of(&ring, &ring).unwrap();
        assert_eq!((overlap.dice(), overlap.iou()), (1.0, 1.0));
        let turned = [ring[1], ring[2], ring[3], ring[0]];
        let overlap = ContourOverlap::of(&ring, &turned).unwrap();
        assert!((overlap.dice() - 1.0).abs() < 1e-7, "{overlap:?}");
    }

    #[test]
    fn apart_within_and_without_area() {
        let big = square(0.0, 0.0, 4.0);
        assert_eq!(ContourOverlap::of(&big, &square(9.0, 9.0, 1.0)).unwrap().dice(), 0.0);
        let inner = ContourOverlap::of(&big, &square(1.0, 1.0, 2.0)).unwrap();
        assert!((inner.iou() - 0.25).abs() < 1e-6);
        assert_eq!(ContourOverlap::of(&big, &[[0.0, 0.0], [1.0, 1.0]]), None);
        assert_eq!(ContourOverlap::of(&big, &[[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]]), None);
        assert_eq!(ContourOverlap::of(&big, &square(1e300, 0.0, 2.0)), None);
    }

    #[test]
    fn a_ring_that_crosses_itself_counts_by_the_even_odd_rule() {
        let bow = [[0.0, 0.0], [2.0, 2.0], [2.0, 0.0], [0.0, 2.0]];
        let overlap = ContourOverlap::of(&bow, &square(0.0, 0.0, 2.0)).unwrap();
        assert!((overlap.first - 2.0).abs() < 1e-6 && (overlap.shared - 2.0).abs() < 1e-6);
    }
}
