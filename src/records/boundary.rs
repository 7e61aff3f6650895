//! How far the boundaries of two contours lie apart. A boundary is the closed line through all
//! points, not the points alone and not pixels of a raster: open tools that use those differ from each
//! other by up to the size of a lesion.

use geo::Line;
use rstar::primitives::Line as IndexedLine;
use rstar::{PointDistance, RTree};

use super::contour::{self, ContourPoint};

/// Distances along a boundary are taken at least this often, in the unit of the points.
const STEP: f64 = 0.02;
/// The most places at which they are taken.
const MOST_PLACES: f64 = 20_000.0;
/// The Hausdorff distance is found to within this.
const TOLERANCE: f64 = 1e-6;
/// How often a piece is halved on the way to it.
const MOST_HALVINGS: u32 = 40;

/// Distances between two boundaries, in the unit of their points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BoundaryDistance {
    /// The greatest distance of a point of one boundary to the other boundary (Hausdorff).
    pub hausdorff: f64,
    /// The greater of both 95th percentiles of those distances, by length of boundary.
    pub hausdorff_95: f64,
    /// The mean of those distances over both boundaries, by length.
    pub mean: f64,
}

impl BoundaryDistance {
    /// The distances between two rings; absent where one has fewer than three distinct points.
    pub fn of(first: &[ContourPoint], second: &[ContourPoint]) -> Option<Self> {
        if first == second {
            let nowhere = Self { hausdorff: 0.0, hausdorff_95: 0.0, mean: 0.0 };
            return contour::polygon(first).map(|_| nowhere);
        }
        let (first, second) = (Boundary::new(first)?, Boundary::new(second)?);
        let (there, back) = (first.distances_to(&second), second.distances_to(&first));
        let length = there.length() + back.length();
        Some(Self {
            hausdorff: first.farthest_from(&second).max(second.farthest_from(&first)),
            hausdorff_95: there.percentile(0.95).max(back.percentile(0.95)),
            mean: (there.total() + back.total()) / length,
        })
    }
}

/// A closed line, with an index of its segments.
struct Boundary {
    segments: Vec<Segment>,
    index: RTree<Segment>,
    length: f64,
}

type Segment = IndexedLine<ContourPoint>;

impl Boundary {
    fn new(points: &[ContourPoint]) -> Option<Self> {
        let ring = contour::polygon(points)?;
        let segment =
            |line: Line| Segment::new([line.start.x, line.start.y], [line.end.x, line.end.y]);
        let segments: Vec<Segment> = ring.exterior().lines().map(segment).collect();
        let length = segments.iter().map(length_of).sum();
        Some(Self { index: RTree::bulk_load(segments.clone()), segments, length })
    }

    /// Where the segment nearest to a point is, and how far.
    fn nearest(&self, point: ContourPoint) -> (Segment, f64) {
        let nearest = self.index.nearest_neighbor(&point).copied();
        let nearest = nearest.unwrap_or(Segment::new(point, point));
        (nearest, distance(&nearest, point))
    }

    /// The distances of this boundary's points to another, each with the length that it stands for.
    fn distances_to(&self, other: &Self) -> WeightedDistances {
        let step = STEP.max(self.length / MOST_PLACES);
        let mut distances = Vec::new();
        for segment in &self.segments {
            let length = length_of(segment);
            let pieces = (length / step).ceil().max(1.0);
            let mut piece = 0.5;
            while piece < pieces {
                let (_, distance) = other.nearest(between(segment, piece / pieces));
                distances.push((distance, length / pieces));
                piece += 1.0;
            }
        }
        distances.sort_by(|a, b| a.0.total_cmp(&b.0));
        WeightedDistances(distances)
    }

    /// The greatest distance of a point of this boundary to another.
    fn farthest_from(&self, other: &Self) -> f64 {
        let mut most = 0.0;
        for segment in &self.segments {
            let ends = [segment.from, segment.to].map(|end| (end, other.nearest(end)));
            most = ends.iter().fold(most, |most: f64, (_, (_, distance))| most.max(*distance));
            search(other, ends, &mut most, MOST_HALVINGS);
        }
        most
    }
}

/// Raises `most` to the greatest distance between two ends. The distance to one segment is convex
/// along a line, so that to the nearest one is nowhere greater than the distances of both ends to the
/// same segment; and it changes by no more than the way.
fn search(
    other: &Boundary,
    ends: [(ContourPoint, (Segment, f64)); 2],
    most: &mut f64,
    halvings: u32,
) {
    let [(from, (near_from, far_from)), (to, (near_to, far_to))] = ends;
    let by_way = f64::midpoint(far_from + far_to, way(from, to));
    let by_first = far_from.max(distance(&near_from, to));
    let by_second = far_to.max(distance(&near_to, from));
    if halvings == 0 || by_way.min(by_first).min(by_second) <= *most + TOLERANCE {
        return;
    }
    let middle = [f64::midpoint(from[0], to[0]), f64::midpoint(from[1], to[1])];
    let nearest = other.nearest(middle);
    *most = most.max(nearest.1);
    let middle = (middle, nearest);
    search(other, [ends[0], middle], most, halvings - 1);
    search(other, [middle, ends[1]], most, halvings - 1);
}

/// Distances in ascending order, each with a length.
struct WeightedDistances(Vec<(f64, f64)>);

impl WeightedDistances {
    fn length(&self) -> f64 {
        self.0.iter().map(|(_, length)| length).sum()
    }

    /// The sum of distances times lengths.
    fn total(&self) -> f64 {
        self.0.iter().map(|(distance, length)| distance * length).sum()
    }

    /// The least distance within which such a share of the length lies.
    fn percentile(&self, share: f64) -> f64 {
        let wanted = share * self.length();
        let mut covered = 0.0;
        let mut distances = self.0.iter();
        let piece = distances.find(|(_, length)| {
            covered += length;
            covered >= wanted
        });
        piece.or(self.0.last()).map_or(0.0, |(distance, _)| *distance)
    }
}

fn between(segment: &Segment, share: f64) -> ContourPoint {
    let axis = |axis: usize| segment.from[axis] + share * (segment.to[axis] - segment.from[axis]);
    [axis(0), axis(1)]
}

fn distance(segment: &Segment, point: ContourPoint) -> f64 {
    segment.distance_2(&point).sqrt()
}

fn length_of(segment: &Segment) -> f64 {
    way(segment.from, segment.to)
}

fn way(from: ContourPoint, to: ContourPoint) -> f64 {
    (from[0] - to[0]).hypot(from[1] - to[1])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(x: f64, y: f64, side: f64) -> Vec<ContourPoint> {
        vec![[x, y], [x + side, y], [x + side, y + side], [x, y + side]]
    }

    #[test]
    fn squares_within_each_other() {
        // Sides of 10 and 6 round the same centre: corners lie 2√2 apart, edges 2.
        let distance =
            BoundaryDistance::of(&square(0.0, 0.0, 10.0), &square(2.0, 2.0, 6.0)).unwrap();
        assert!((distance.hausdorff - 8.0_f64.sqrt()).abs() < 1e-9, "{distance:?}");
        // 40 of outer boundary, of which 16 lie beside corners, at √(4 + t²) for t up to 2.
        let corner = |t: f64| (4.0 + t * t).sqrt();
        let beside: f64 = (0..2000).map(|i| corner((f64::from(i) + 0.5) * 1e-3) * 1e-3).sum();
        let mean = (24.0 * 2.0 + 8.0 * beside + 24.0 * 2.0) / 64.0;
        assert!((distance.mean - mean).abs() < 1e-4, "{distance:?} {mean}");
        // 38 of the 40 lie within: 1/4 of the outermost 2 is left at each of eight ends.
        assert!((distance.hausdorff_95 - corner(1.75)).abs() < 0.02, "{distance:?}");
    }

    #[test]
    fn a_shifted_ring_lies_as_far_as_it_was_shifted_and_an_equal_one_nowhere() {
        let ring = square(3.0, 4.0, 5.0);
        let equal = BoundaryDistance::of(&ring, &ring).unwrap();
        assert_eq!((equal.hausdorff, equal.hausdorff_95, equal.mean), (0.0, 0.0, 0.0));
        let shifted: Vec<_> = ring.iter().map(|[x, y]| [x + 0.5, *y]).collect();
        let distance = BoundaryDistance::of(&ring, &shifted).unwrap();
        assert!((distance.hausdorff - 0.5).abs() < 1e-9, "{distance:?}");
    }

    #[test]
    fn the_farthest_point_may_lie_between_two_corners() {
        // The roof's line at height 1 lies farthest from the V where its two arms are equally near.
        let v = [[0.0, 0.0], [2.0, -2.0], [4.0, 0.0], [2.0, -1.9]];
        let flat = [[0.0, 0.0], [4.0, 0.0], [4.0, 0.1], [0.0, 0.1]];
        let distances = BoundaryDistance::of(&flat, &v).unwrap();
        let brute = |a: &[ContourPoint], b: &[ContourPoint]| {
            let (a, b) = (Boundary::new(a).unwrap(), Boundary::new(b).unwrap());
            let places = a.segments.iter().flat_map(|s| (0..=9000).map(move |i| (s, i)));
            places
                .map(|(s, i)| {
                    let point = between(s, f64::from(i) / 9000.0);
                    b.segments.iter().map(|t| distance(t, point)).fold(f64::INFINITY, f64::min)
                })
                .fold(0.0, f64::max)
        };
        let wanted = brute(&flat, &v).max(brute(&v, &flat));
        assert!((distances.hausdorff - wanted).abs() < 1e-3, "{distances:?} {wanted}");
    }

    #[test]
    fn fewer_than_three_points_have_no_boundary() {
        assert_eq!(BoundaryDistance::of(&[[0.0, 0.0], [1.0, 0.0]], &square(0.0, 0.0, 1.0)), None);
    }
}
