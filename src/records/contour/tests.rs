//! Shapes with known measures, and properties of all rings.

use proptest::prelude::*;

use super::*;

fn rectangle(width: f64, height: f64) -> Vec<ContourPoint> {
    vec![[0.0, 0.0], [width, 0.0], [width, height], [0.0, height], [0.0, 0.0]]
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * b.abs().max(1.0)
}

#[test]
fn a_rectangle_measures_what_school_says() {
    let m = measure(&rectangle(4.0, 3.0)).unwrap();
    assert!(near(m.area, 12.0) && near(m.perimeter, 14.0));
    assert!(near(m.max_diameter, 5.0) && near(m.min_diameter, 3.0));
    assert!(near(m.solidity.unwrap(), 1.0));
    assert_eq!(centroid(&rectangle(4.0, 3.0)), Some([2.0, 1.5]));
}

#[test]
fn an_l_shape_is_not_solid() {
    let l = [[0., 0.], [2., 0.], [2., 1.], [1., 1.], [1., 2.], [0., 2.]];
    let m = measure(&l).unwrap();
    assert!(near(m.area, 3.0) && near(m.solidity.unwrap(), 3.0 / 3.5));
    assert!(!crosses_itself(&l));
}

#[test]
fn a_circle_of_many_points_comes_close_to_one() {
    let point = |i: i32| [f64::from(i) * PI / 500.0].map(|a| [a.cos() * 10.0, a.sin() * 10.0])[0];
    let m = measure(&(0..1000).map(point).collect::<Vec<_>>()).unwrap();
    assert!((m.circularity - 1.0).abs() < 1e-4, "{}", m.circularity);
    assert!((m.equivalent_diameter - 20.0).abs() < 1e-3);
    assert!((m.min_diameter - 20.0).abs() < 1e-3);
}

#[test]
fn a_bow_tie_crosses_and_a_spike_folds_back() {
    assert!(crosses_itself(&[[0., 0.], [2., 2.], [2., 0.], [0., 2.]]));
    assert!(crosses_itself(&[[0., 0.], [4., 0.], [2., 0.], [2., 3.]]));
    assert!(!crosses_itself(&rectangle(1.0, 1.0)));
}

#[test]
fn too_few_points_measure_nothing() {
    for points in [&[][..], &[[1., 1.]], &[[1., 1.], [2., 2.], [1., 1.]]] {
        assert!(measure(points).is_none() && to_wkb(points).is_none() && !crosses_itself(points));
    }
    let flat = measure(&[[0., 0.], [1., 1.], [2., 2.]]).unwrap();
    assert!(flat.solidity.is_none() && flat.area == 0.0 && flat.min_diameter == 0.0);
}

/// Every corner against every edge, every corner against every other.
fn by_trying(points: &[ContourPoint]) -> Option<(f64, f64)> {
    let hull = polygon(points)?.convex_hull();
    let hull = &hull.exterior().0;
    let across = |edge: &[Coord]| {
        let (a, b) = (edge[0], edge[1]);
        let height = |p: &Coord| ((b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x)).abs();
        let highest = hull.iter().map(height).fold(0.0, f64::max);
        (length(a, b) > 0.0).then(|| highest / length(a, b))
    };
    let narrow = hull.windows(2).filter_map(across).fold(f64::INFINITY, f64::min);
    let pairs = hull.iter().flat_map(|a| hull.iter().map(|b| length(*a, *b)));
    Some((if narrow.is_finite() { narrow } else { 0.0 }, pairs.fold(0.0, f64::max)))
}

proptest! {
    #[test]
    fn going_round_the_hull_finds_what_trying_all_finds(
        points in prop::collection::vec((-300i32..300, -300i32..300), 0..80),
        scale in prop::sample::select(vec![[1.0, 1.0], [0.07, 0.07], [0.094, 0.1]]),
    ) {
        let points: Vec<ContourPoint> =
            points.iter().map(|(x, y)| [f64::from(*x) * scale[0], f64::from(*y) * scale[1]]).collect();
        let diameters = measure(&points).map(|m| (m.min_diameter, m.max_diameter));
        match (diameters, by_trying(&points)) {
            (Some(a), Some(b)) => prop_assert!(near(a.0, b.0) && near(a.1, b.1), "{a:?} {b:?}"),
            (a, b) => prop_assert_eq!(a, b),
        }
    }

    #[test]
    fn no_measure_is_nan_and_moving_changes_none(
        points in prop::collection::vec((-2000i32..2000, -2000i32..2000), 0..60),
        by in (-500i32..500, -500i32..500),
    ) {
        let moved_by = |dx: i32, dy: i32| {
            points.iter().map(|(x, y)| [f64::from(x + dx), f64::from(y + dy)]).collect::<Vec<_>>()
        };
        let (here, there) = (moved_by(0, 0), moved_by(by.0, by.1));
        prop_assert_eq!(crosses_itself(&here), crosses_itself(&there));
        match (measure(&here), measure(&there)) {
            (Some(a), Some(b)) => {
                for (a, b) in [(a.area, b.area), (a.perimeter, b.perimeter), (a.max_diameter, b.max_diameter),
                    (a.min_diameter, b.min_diameter), (a.circularity, b.circularity)] {
                    prop_assert!(a.is_finite() && (a - b).abs() <= 1e-6 * a.abs().max(1.0));
                }
                prop_assert!(a.min_diameter <= a.max_diameter + 1e-9);
            }
            (None, None) => {}
            _ => prop_assert!(false),
        }
    }

    #[test]
    fn crossing_is_what_comparing_every_pair_of_edges_says(
        points in prop::collection::vec((0i32..12, 0i32..12), 3..9),
    ) {
        let ring: Vec<ContourPoint> = points.iter().map(|(x, y)| [f64::from(*x), f64::from(*y)]).collect();
        let c = corners(&ring);
        let n = c.len();
        let mut slow = false;
        for i in 0..n {
            for j in i + 1..n {
                let (a, b) = (Line::new(c[i], c[(i + 1) % n]), Line::new(c[j], c[(j + 1) % n]));
                slow |= match (i + 1 == j, (j + 1) % n == i) {
                    (true, _) => folds_back(a.start, a.end, b.end),
                    (_, true) => folds_back(b.start, b.end, a.end),
                    _ => a.intersects(&b),
                };
            }
        }
        prop_assert_eq!(crosses_itself(&ring), n >= 3 && slow);
    }
}
