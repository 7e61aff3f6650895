//! Where the breast is in a picture: the large bright parts, without air, view markers and edges of a film.

use crate::pixels::{Picture, PixelBox};

/// The longest side of the copy in which the breast is looked for.
const COPY: u32 = 256;
/// Parts of the copy's longest side by which bright parts are narrowed, so that markers and edges of a film fall away.
const NARROWED: usize = 64;
/// Grey levels above those of air.
const LEAST_ABOVE_AIR: usize = 12;
/// How large a part is at least, as a share of the largest: a fold or an implant may divide the breast.
const LEAST_SHARE: f64 = 0.2;

/// The box of the breast; none where all of the picture is alike.
pub fn breast_box(picture: &Picture) -> Option<PixelBox> {
    let small = picture.clone().shrink(COPY);
    let width = small.channels.count();
    let levels: Vec<u8> = small.bytes.iter().step_by(width).copied().collect();
    let threshold = air_threshold(&levels)?;
    let size = [small.columns as usize, small.rows as usize];
    let reach = size[0].max(size[1]) / NARROWED;
    let bright: Vec<bool> = levels.iter().map(|level| *level > threshold).collect();
    let mut parts = parts(&narrow(&bright, size, reach), size);
    let largest = parts.iter().map(|part| part.pixels).max()?;
    #[allow(clippy::cast_precision_loss)] // at most 2¹⁶ pixels
    parts.retain(|part| part.pixels as f64 >= LEAST_SHARE * largest as f64);
    let edge = |axis: usize, full: u32| {
        let first = parts.iter().map(|part| part.first[axis]).min().unwrap_or(0);
        let last = parts.iter().map(|part| part.last[axis]).max().unwrap_or(0);
        let scale =
            |place: usize| u32::try_from(place * full as usize / size[axis].max(1)).unwrap_or(full);
        (scale(first.saturating_sub(reach)), scale((last + 1 + reach).min(size[axis])))
    };
    let (left, right) = edge(0, picture.columns);
    let (top, bottom) = edge(1, picture.rows);
    Some(PixelBox { left, top, columns: right - left, rows: bottom - top })
}

/// The level below which a pixel is air: above the most frequent of the darker levels, which is that of the
/// background. A film is not black there.
fn air_threshold(levels: &[u8]) -> Option<u8> {
    let mut counts = [0_usize; 256];
    levels.iter().for_each(|level| counts[usize::from(*level)] += 1);
    let at_share = |share: usize| {
        let mut rest = levels.len() * share / 100;
        counts.iter().position(|count| {
            let is_reached = *count > rest;
            rest = rest.saturating_sub(*count);
            is_reached
        })
    };
    let (dark, bright) = (at_share(1)?, at_share(99)?);
    let nearby = |level: usize| -> usize {
        counts[level.saturating_sub(2)..(level + 3).min(256)].iter().sum()
    };
    let darker = 0..=dark.midpoint(bright);
    let air = darker.max_by_key(|level| (nearby(*level), usize::MAX - level))?;
    let threshold = air + LEAST_ABOVE_AIR.max(bright.saturating_sub(air) / 10);
    u8::try_from(threshold).ok()
}

/// The pixels around which all are bright, up to `reach` columns and rows away; the outside counts as bright.
fn narrow(bright: &[bool], [columns, rows]: [usize; 2], reach: usize) -> Vec<bool> {
    let along = |bright: &[bool], length: usize, place: &dyn Fn(usize, usize) -> usize| {
        let mut narrowed = bright.to_vec();
        for line in 0..bright.len() / length.max(1) {
            for index in 0..length {
                let from = index.saturating_sub(reach);
                let to = (index + reach + 1).min(length);
                narrowed[place(line, index)] = (from..to).all(|near| bright[place(line, near)]);
            }
        }
        narrowed
    };
    let across = along(bright, columns, &|line, index| line * columns + index);
    along(&across, rows, &|line, index| index * columns + line)
}

/// Pixels that touch each other.
struct BrightPart {
    pixels: usize,
    /// Column and row.
    first: [usize; 2],
    last: [usize; 2],
}

fn parts(bright: &[bool], [columns, rows]: [usize; 2]) -> Vec<BrightPart> {
    let mut parts = Vec::new();
    let mut is_open = bright.to_vec();
    for start in 0..bright.len() {
        if !is_open[start] {
            continue;
        }
        let mut part = BrightPart { pixels: 0, first: [usize::MAX; 2], last: [0; 2] };
        let mut stack = vec![start];
        is_open[start] = false;
        while let Some(pixel) = stack.pop() {
            let place = [pixel % columns, pixel / columns];
            part.pixels += 1;
            for (axis, index) in place.into_iter().enumerate() {
                part.first[axis] = part.first[axis].min(index);
                part.last[axis] = part.last[axis].max(index);
            }
            let neighbours = [
                (place[0] > 0).then(|| pixel - 1),
                (place[0] + 1 < columns).then_some(pixel + 1),
                (place[1] > 0).then(|| pixel - columns),
                (place[1] + 1 < rows).then_some(pixel + columns),
            ];
            for neighbour in neighbours.into_iter().flatten() {
                if std::mem::take(&mut is_open[neighbour]) {
                    stack.push(neighbour);
                }
            }
        }
        parts.push(part);
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pixels::Channels;

    /// A film of 300 × 400 pixels: a grey background, a breast at the left, a marker, and a bright edge.
    fn film(air: u8) -> Picture {
        let mut picture = Picture::black(300, 400, Channels::Grey);
        for (row, line) in picture.bytes.chunks_mut(300).enumerate() {
            for (column, level) in line.iter_mut().enumerate() {
                let is_breast = column < 150 && (80..320).contains(&row);
                let is_marker = (240..252).contains(&column) && (20..50).contains(&row);
                let is_edge = row >= 395;
                *level = match (is_breast, is_marker || is_edge) {
                    (true, _) => 120,
                    (_, true) => 250,
                    _ => air,
                };
            }
        }
        picture
    }

    #[test]
    fn the_box_has_the_breast_without_air_markers_and_edges() {
        for air in [0, 35, 60] {
            let area = breast_box(&film(air)).unwrap();
            assert_eq!(area.left, 0, "air {air}");
            assert!(area.columns.abs_diff(150) < 4, "air {air}: {area:?}");
            assert!(area.top.abs_diff(80) < 4, "air {air}: {area:?}");
            assert!(area.rows.abs_diff(240) < 8, "air {air}: {area:?}");
        }
        assert_eq!(breast_box(&Picture::black(40, 30, Channels::Grey)), None);
    }
}
