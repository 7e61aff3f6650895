//! A closed contour and its measures: exact for polygons, never NaN.
//!
//! Area and centroid by the shoelace formula; longest diameter (Feret) and shortest (least width)
//! on the convex hull; circularity 4π·area/perimeter² and solidity area/hull area as image
//! analysis defines them (Gonzalez & Woods, Digital Image Processing, 12.4).

use std::f64::consts::PI;

use serde::{Deserialize, Serialize};

use geo::{Area, Centroid, ConvexHull, Coord, Intersects, Line, LineString, MultiPoint, Polygon};

/// The annotation tool keeps a contour only when it has more points than this.
pub const SHORT: usize = 30;

/// A point (x, y).
pub type ContourPoint = [f64; 2];

/// Least and greatest x and y.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BoundingBox {
    /// Least x and y.
    pub min: ContourPoint,
    /// Greatest x and y.
    pub max: ContourPoint,
}

/// Measures of a ring, in the unit of its points (and its square for the area).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ContourMeasures {
    /// Area by the shoelace formula.
    pub area: f64,
    /// Length of the closed ring.
    pub perimeter: f64,
    /// Greatest distance of two of its points.
    pub max_diameter: f64,
    /// Least distance of two parallel lines that hold it.
    pub min_diameter: f64,
    /// Diameter of the circle of the same area.
    pub equivalent_diameter: f64,
    /// 4π·area/perimeter²; 1 for a circle.
    pub circularity: f64,
    /// Area over that of the convex hull; 1 for a convex ring; absent when the hull has no area.
    pub solidity: Option<f64>,
}

impl ContourMeasures {
    /// The measures of the ring enlarged by a factor.
    pub fn scaled(self, factor: f64) -> Self {
        Self {
            area: self.area * factor * factor,
            perimeter: self.perimeter * factor,
            max_diameter: self.max_diameter * factor,
            min_diameter: self.min_diameter * factor,
            equivalent_diameter: self.equivalent_diameter * factor,
            ..self
        }
    }
}

/// The points' bounding box; absent without points.
pub fn bounds(points: &[ContourPoint]) -> Option<BoundingBox> {
    let first = *points.first()?;
    let widen = |b: BoundingBox, p: &ContourPoint| BoundingBox {
        min: [b.min[0].min(p[0]), b.min[1].min(p[1])],
        max: [b.max[0].max(p[0]), b.max[1].max(p[1])],
    };
    Some(points.iter().fold(BoundingBox { min: first, max: first }, widen))
}

/// Whether the last point repeats the first.
pub fn is_closed(points: &[ContourPoint]) -> bool {
    points.len() > 1 && points.first() == points.last()
}

/// The corners in order: without the closing point and immediate repeats.
fn corners(points: &[ContourPoint]) -> Vec<Coord> {
    let mut corners: Vec<Coord> = points.iter().map(|&[x, y]| Coord { x, y }).collect();
    corners.dedup();
    while corners.len() > 1 && corners.first() == corners.last() {
        corners.pop();
    }
    corners
}

/// A ring as a polygon; absent with fewer than three distinct corners.
pub(super) fn polygon(points: &[ContourPoint]) -> Option<Polygon> {
    let corners = corners(points);
    let distinct = corners.iter().skip(1).filter(|c| **c != corners[0]);
    let mut distinct = distinct.copied();
    let second = distinct.next()?;
    distinct.find(|c| *c != second)?;
    Some(Polygon::new(LineString::new(corners), Vec::new()))
}

/// The measures of the ring; absent with fewer than three distinct points.
pub fn measure(points: &[ContourPoint]) -> Option<ContourMeasures> {
    let ring = polygon(points)?;
    let area = ring.unsigned_area();
    let perimeter = ring.exterior().lines().map(|l| length(l.start, l.end)).sum::<f64>();
    let hull = ring.convex_hull();
    let hull_area = hull.unsigned_area();
    let outline = &hull.exterior().0;
    Some(ContourMeasures {
        area,
        perimeter,
        max_diameter: widest(outline),
        min_diameter: narrowest(outline),
        equivalent_diameter: 2.0 * (area / PI).sqrt(),
        circularity: 4.0 * PI * area / (perimeter * perimeter),
        solidity: (hull_area > 0.0).then(|| area / hull_area),
    })
}

/// The ring's centroid, of its area where it has one, else of its points; absent without points.
pub fn centroid(points: &[ContourPoint]) -> Option<ContourPoint> {
    let center = match polygon(points) {
        Some(ring) if ring.unsigned_area() > 0.0 => ring.centroid(),
        _ => MultiPoint::from(points.iter().map(|&[x, y]| (x, y)).collect::<Vec<_>>()).centroid(),
    }?;
    let center = [center.x(), center.y()];
    center.iter().all(|v| v.is_finite()).then_some(center)
}

fn length(a: Coord, b: Coord) -> f64 {
    (a.x - b.x).hypot(a.y - b.y)
}

fn widest(hull: &[Coord]) -> f64 {
    // Squared distances find the two that are farthest apart; only theirs needs the root.
    let (mut most, mut ends) = (0.0, None);
    for (i, a) in hull.iter().enumerate() {
        for b in &hull[i..] {
            let square = (a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y);
            if square > most {
                (most, ends) = (square, Some((*a, *b)));
            }
        }
    }
    ends.map_or(0.0, |(a, b)| length(a, b))
}

/// The least width lies across one of the hull's edges (Houle & Toussaint 1988). The corner that is
/// farthest from an edge moves on round the hull as the edges do (Shamos 1978).
fn narrowest(hull: &[Coord]) -> f64 {
    let corners = &hull[..hull.len().saturating_sub(1)]; // the last is the first again
    let count = corners.len();
    let (mut least, mut far) = (f64::INFINITY, 0);
    for (index, a) in corners.iter().enumerate() {
        let b = corners[(index + 1) % count];
        let height = |p: Coord| ((b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x)).abs();
        let mut highest = height(corners[far]);
        for _ in 0..count {
            let next = height(corners[(far + 1) % count]);
            if next < highest {
                break;
            }
            (highest, far) = (next, (far + 1) % count);
        }
        let base = length(*a, b);
        if base > 0.0 {
            least = least.min(highest / base);
        }
    }
    if least.is_finite() { least } else { 0.0 }
}

/// Whether two edges of the ring cross or touch elsewhere than where they follow each other.
pub fn crosses_itself(points: &[ContourPoint]) -> bool {
    let corners = corners(points);
    let count = corners.len();
    if count < 3 {
        return false;
    }
    let edge = |i: usize| RingEdge::new(i, corners[i], corners[(i + 1) % count]);
    // By their left ends: an edge is compared only with those that begin before it ends.
    let mut edges: Vec<RingEdge> = (0..count).map(edge).collect();
    edges.sort_by(|a, b| a.x[0].total_cmp(&b.x[0]));
    edges.iter().enumerate().any(|(rank, a)| {
        let nearby = edges[rank + 1..].iter().take_while(|b| b.x[0] <= a.x[1]);
        let mut overlapping = nearby.filter(|b| a.y[0] <= b.y[1] && b.y[0] <= a.y[1]);
        overlapping.any(|b| a.meets(b, count))
    })
}

/// An edge of a ring, and what it spans.
struct RingEdge {
    number: usize,
    line: Line,
    x: [f64; 2],
    y: [f64; 2],
}

impl RingEdge {
    fn new(number: usize, a: Coord, b: Coord) -> Self {
        let span = |a: f64, b: f64| [a.min(b), a.max(b)];
        Self { number, line: Line::new(a, b), x: span(a.x, b.x), y: span(a.y, b.y) }
    }

    /// Whether it crosses or touches another of a ring of so many, but where they follow each other.
    fn meets(&self, other: &Self, count: usize) -> bool {
        let (a, b) = (self.line, other.line);
        if (self.number + 1) % count == other.number {
            folds_back(a.start, a.end, b.end)
        } else if (other.number + 1) % count == self.number {
            folds_back(b.start, b.end, a.end)
        } else {
            a.intersects(&b)
        }
    }
}

/// Whether the path a, b, c returns on itself.
fn folds_back(a: Coord, b: Coord, c: Coord) -> bool {
    let (u, v) = ((b.x - a.x, b.y - a.y), (c.x - b.x, c.y - b.y));
    u.0 * v.1 == u.1 * v.0 && u.0 * v.0 + u.1 * v.1 < 0.0
}

/// The ring as well-known binary: a little-endian polygon of one closed ring (OGC 06-103r4, 8.2).
/// Absent with fewer than three distinct points.
pub fn to_wkb(points: &[ContourPoint]) -> Option<Vec<u8>> {
    let ring = polygon(points)?;
    let ring = &ring.exterior().0;
    let mut bytes = Vec::with_capacity(13 + ring.len() * 16);
    bytes.push(1);
    bytes.extend_from_slice(&3_u32.to_le_bytes());
    bytes.extend_from_slice(&1_u32.to_le_bytes());
    bytes.extend_from_slice(&u32::try_from(ring.len()).ok()?.to_le_bytes());
    for Coord { x, y } in ring {
        bytes.extend_from_slice(&x.to_le_bytes());
        bytes.extend_from_slice(&y.to_le_bytes());
    }
    Some(bytes)
}

#[cfg(test)]
mod tests;
