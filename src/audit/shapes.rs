//! Small shapes of high contrast outside the breast that are in a line, as characters of burned-in
//! text are. Nothing is read: a person looks at the crops.

use crate::pixels::{Channels, Picture, PixelBox};

/// Levels by which a pixel differs from the background to belong to a shape.
const CONTRAST: u8 = 24;

/// Levels by which the strongest pixel of a character differs at least.
const PEAK: u8 = 80;

/// Least and greatest height of a character, as a divisor of the picture's longer side, and in pixels.
const HEIGHTS: (u32, u32) = (6, 20);

/// Characters that a line has at least: view markers have three.
const LEAST_CHARACTERS: u32 = 3;

/// Shapes that a picture may have: more are noise.
const MOST_SHAPES: usize = 20_000;

/// A line of shapes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TextLine {
    /// Its place in the picture.
    pub place: PixelBox,
    /// Characters, estimated by height and width.
    pub characters: u32,
}

/// A connected group of pixels that differ from the background.
#[derive(Debug, Clone, Copy)]
struct Shape {
    left: u32,
    top: u32,
    right: u32,
    bottom: u32,
    pixels: u32,
    peak: u8,
}

impl Shape {
    fn width(&self) -> u32 {
        self.right - self.left + 1
    }

    fn height(&self) -> u32 {
        self.bottom - self.top + 1
    }

    /// Characters that touch each other are one shape.
    fn characters(&self) -> u32 {
        (self.width() / self.height().max(1)).max(1)
    }

    fn is_text(&self, longest: u32) -> bool {
        let is_high = (HEIGHTS.0..=(longest / HEIGHTS.1).max(HEIGHTS.0)).contains(&self.height());
        let area = u64::from(self.width()) * u64::from(self.height());
        // A filled bar is an edge or a scale; speckle fills little.
        let is_drawn = u64::from(self.pixels) * 8 >= area
            && (self.width() < 3 * self.height() || u64::from(self.pixels) * 10 <= area * 9);
        is_high && is_drawn && self.peak >= PEAK && self.width() <= 24 * self.height()
    }
}

/// The lines in which text is likely, longest first, at most `most`; absent where the picture has too many
/// shapes to decide.
pub(super) fn text_lines(picture: &Picture, most: usize) -> Option<Vec<TextLine>> {
    let longest = picture.columns.max(picture.rows);
    let mut shapes = shapes(picture)?;
    shapes.retain(|shape| shape.is_text(longest));
    shapes.sort_by_key(|shape| (shape.left, shape.top));
    let mut lines: Vec<(Shape, u32)> = Vec::new();
    for shape in shapes {
        let next_to = |(line, _): &&mut (Shape, u32)| {
            let height = line.height().max(shape.height());
            let least = line.height().min(shape.height());
            let is_alike = height <= 2 * least + 2;
            let overlap = line.bottom.min(shape.bottom) as i64 - line.top.max(shape.top) as i64;
            let gap = i64::from(shape.left) - i64::from(line.right);
            is_alike && overlap * 2 >= i64::from(least) && gap <= i64::from(height) * 3 / 2
        };
        match lines.iter_mut().find(next_to) {
            Some((line, characters)) => {
                *characters += shape.characters();
                line.top = line.top.min(shape.top);
                line.bottom = line.bottom.max(shape.bottom);
                line.right = line.right.max(shape.right);
            }
            None => lines.push((shape, shape.characters())),
        }
    }
    lines.retain(|(_, characters)| *characters >= LEAST_CHARACTERS);
    lines.sort_by_key(|(line, characters)| (std::cmp::Reverse(*characters), line.top, line.left));
    lines.truncate(most);
    let line = |(shape, characters): (Shape, u32)| {
        let place = PixelBox {
            left: shape.left,
            top: shape.top,
            columns: shape.width(),
            rows: shape.height(),
        };
        TextLine { place, characters }
    };
    Some(lines.into_iter().map(line).collect())
}

/// How far every pixel is from the level of the background, which most pixels at the edge have.
fn contrast(picture: &Picture) -> Vec<u8> {
    let (columns, rows) = (picture.columns as usize, picture.rows as usize);
    let grey: Vec<u8> = match picture.channels {
        Channels::Grey => picture.bytes.clone(),
        Channels::Rgb => {
            picture.bytes.chunks(3).map(|c| c.iter().copied().max().unwrap_or(0)).collect()
        }
    };
    let mut levels = [0_u32; 256];
    let (across, down) = ((columns / 50).max(1), (rows / 50).max(1));
    for row in 0..rows {
        for column in 0..columns {
            let is_edge =
                row < down || row + down >= rows || column < across || column + across >= columns;
            if is_edge {
                levels[usize::from(grey[row * columns + column])] += 1;
            }
        }
    }
    let most = (0..=u8::MAX).max_by_key(|level| (levels[usize::from(*level)], 255 - level));
    let background = most.unwrap_or(0);
    grey.into_iter().map(|level| level.abs_diff(background)).collect()
}

/// Every connected group of pixels of enough contrast, each pixel with its eight neighbours; absent where they
/// are too many.
fn shapes(picture: &Picture) -> Option<Vec<Shape>> {
    let (columns, rows) = (picture.columns, picture.rows);
    let contrast = contrast(picture);
    let mut is_seen = vec![false; contrast.len()];
    let mut shapes = Vec::new();
    let mut waiting: Vec<(u32, u32)> = Vec::new();
    let index = |column: u32, row: u32| row as usize * columns as usize + column as usize;
    for (row, column) in (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column))) {
        let start = index(column, row);
        if is_seen[start] || contrast[start] < CONTRAST {
            continue;
        }
        is_seen[start] = true;
        let (left, top) = (column, row);
        let mut shape = Shape { left, top, right: left, bottom: top, pixels: 0, peak: 0 };
        waiting.push((column, row));
        while let Some((column, row)) = waiting.pop() {
            shape.pixels += 1;
            shape.peak = shape.peak.max(contrast[index(column, row)]);
            shape.left = shape.left.min(column);
            shape.right = shape.right.max(column);
            shape.top = shape.top.min(row);
            shape.bottom = shape.bottom.max(row);
            for y in row.saturating_sub(1)..=(row + 1).min(rows - 1) {
                for x in column.saturating_sub(1)..=(column + 1).min(columns - 1) {
                    let neighbour = index(x, y);
                    if !is_seen[neighbour] && contrast[neighbour] >= CONTRAST {
                        is_seen[neighbour] = true;
                        waiting.push((x, y));
                    }
                }
            }
        }
        shapes.push(shape);
        if shapes.len() > MOST_SHAPES {
            return None;
        }
    }
    Some(shapes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_of_noise_is_not_taken_for_one_without_text() {
        let dots = |step: usize| {
            let mut bytes = vec![0; 400 * 400];
            (0..400).step_by(step).for_each(|row| {
                (0..400).step_by(step).for_each(|column| bytes[row * 400 + column] = 255);
            });
            Picture { columns: 400, rows: 400, channels: Channels::Grey, bytes }
        };
        assert_eq!(text_lines(&dots(2), 4), None);
        assert_eq!(text_lines(&dots(4), 4), Some(Vec::new()));
    }
}
