//! The four standard views of an exam side by side, as they hang on a light box: the right breast
//! on the left, CC above MLO, chest walls together.

use super::exam::ExamImage;
use crate::pixels::{Channels, Picture};

/// Row by row.
const HANGING: [[&str; 2]; 2] = [["RCC", "LCC"], ["RMLO", "LMLO"]];
/// Pixels between views.
const GAP: u32 = 2;

/// The images of a case for each place: the first standard one of that view, by path.
pub fn places(images: &[ExamImage]) -> [[Option<&ExamImage>; 2]; 2] {
    HANGING.map(|row| {
        row.map(|view| {
            let of_view = || images.iter().filter(|image| image.view.as_deref() == Some(view));
            of_view().find(|image| image.is_standard).or_else(|| of_view().next())
        })
    })
}

/// The pictures at their places, each in a cell as large as the largest needs; black where there is
/// none. Right breasts lie at the right of their cell and left ones at the left, so that chest
/// walls meet.
pub fn hang(pictures: [[Option<Picture>; 2]; 2]) -> Picture {
    let all = || pictures.iter().flatten().flatten();
    let columns = all().map(|picture| picture.columns).max().unwrap_or(1);
    let heights = [0, 1].map(|row: usize| {
        pictures[row].iter().flatten().map(|picture| picture.rows).max().unwrap_or(1)
    });
    let mut sheet = Picture::black(columns * 2 + GAP, heights[0] + GAP + heights[1], Channels::Rgb);
    for (row, pair) in pictures.into_iter().enumerate() {
        for (side, picture) in pair.into_iter().enumerate() {
            let Some(picture) = picture else { continue };
            let left = if side == 0 { columns - picture.columns } else { columns + GAP };
            let top = if row == 0 { 0 } else { heights[0] + GAP };
            sheet.paste(&picture.into_rgb(), left, top);
        }
    }
    sheet
}
