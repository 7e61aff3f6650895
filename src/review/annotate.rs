//! One image as a picture: windowed, cropped, shrunk, its contours drawn on.

use super::breast_box::breast_box;
use super::exam::ExamImage;
use super::request::RenderCrop;
use crate::pixels::{Canvas, Color, LabelMask, Picture, PixelBox};

/// Colours of readers in the order of their names: distinct also to people who are colour blind
/// (Okabe and Ito 2008), and none of them grey.
const READER_COLORS: [Color; 6] =
    [[240, 228, 66], [86, 180, 233], [230, 159, 0], [0, 158, 115], [204, 121, 167], [213, 94, 0]];
const TEXT_COLOR: Color = [255, 255, 255];
/// What is kept around lesions, as a share of their size.
const MARGIN: f64 = 0.5;
/// Length of the scale bar.
const BAR_MM: f64 = 10.0;

/// How an image becomes a picture.
#[derive(Debug, Clone, Copy)]
pub struct AnnotationStyle<'a> {
    /// What is shown of it.
    pub crop: RenderCrop,
    /// The longest side of the picture; none for the image's own pixels.
    pub size: Option<u32>,
    /// Columns of the whole image, in whose pixels contours are.
    pub columns: u32,
    /// Whether contours, names and scale are drawn.
    pub drawn: bool,
    /// Readers in the order of their colours.
    pub readers: &'a [String],
}

/// The picture of an image; `full` may be smaller than the image where all of it is shown.
pub fn annotate(image: &ExamImage, full: Picture, how: AnnotationStyle<'_>) -> Picture {
    let area = match how.crop {
        RenderCrop::None => None,
        RenderCrop::Lesion => lesion_box(image, &full),
        RenderCrop::Breast => breast_box(&full),
    };
    let (picture, columns, corner) = match area {
        Some(area) => (full.crop(area), area.columns, [f64::from(area.left), f64::from(area.top)]),
        None => (full, how.columns, [0.0, 0.0]),
    };
    let picture = match how.size {
        Some(size) => picture.shrink(size),
        None => picture,
    };
    if !how.drawn {
        return picture;
    }
    let scale = f64::from(picture.columns) / f64::from(columns.max(1));
    let side = f64::from(picture.columns.max(picture.rows));
    let thickness = (side / 500.0).max(1.5);
    let mut canvas = Canvas::new(picture);
    for contour in &image.contours {
        let place = |corner_px: &[f64; 2]| {
            [(corner_px[0] - corner[0]) * scale, (corner_px[1] - corner[1]) * scale]
        };
        let corners: Vec<[f64; 2]> = contour.corners.iter().map(place).collect();
        canvas.ring(&corners, thickness, color(how.readers, &contour.reader));
    }
    label(&mut canvas, image, scale, side);
    canvas.into_picture()
}

/// The colour of a reader.
pub fn color(readers: &[String], reader: &str) -> Color {
    let place = readers.iter().position(|known| known == reader).unwrap_or(0);
    READER_COLORS[place % READER_COLORS.len()]
}

/// Case and view at the top, a bar of ten millimetres at the bottom where the spacing is known.
fn label(canvas: &mut Canvas, image: &ExamImage, scale: f64, side: f64) {
    let [columns, rows] = canvas.size();
    let view = image.view.as_deref().unwrap_or("");
    let text = format!("{view} {}", image.case_id);
    // As wide as the picture at most, letters are as wide as high.
    let fitting = columns / (f64::from(u32::try_from(text.chars().count()).unwrap_or(1)) + 2.0);
    let height = (side / 60.0).clamp(8.0, 48.0).min(fitting);
    if height < 5.0 {
        return;
    }
    // The chest wall is at the left of a left breast: the text goes where the air is.
    let is_left = view.starts_with('L');
    let left = if is_left { columns - height - canvas.text_width(&text, height) } else { height };
    canvas.text([left.max(0.0), height], height, &text, TEXT_COLOR);
    let Some(spacing_mm) = image.spacing_mm.filter(|spacing| *spacing > 0.0) else { return };
    let length = BAR_MM / spacing_mm * scale;
    if !length.is_finite() || length > columns {
        return;
    }
    let place = |width: f64| if is_left { (columns - height - width).max(0.0) } else { height };
    let (top, name) = (rows - 2.0 * height, "10 mm");
    // On a dark edge, as the text is, since the picture may be white below it.
    let (bar_left, thickness, edge) =
        (place(length), (height / 5.0).max(2.0), (height / 16.0).max(1.0));
    let [outer_length, outer_thickness] = [length, thickness].map(|side| side + 2.0 * edge);
    canvas.fill([bar_left - edge, top - edge], [outer_length, outer_thickness], [0; 3]);
    canvas.fill([bar_left, top], [length, thickness], TEXT_COLOR);
    let left = place(canvas.text_width(name, height));
    canvas.text([left, top - height * 1.3], height, name, TEXT_COLOR);
}

/// The mask of an image: 0 where nothing was drawn, then the number of each label from 1. Where
/// contours overlap, the later label counts.
pub fn mask(image: &ExamImage, size: [u32; 2], labels: &[String]) -> Picture {
    let mut mask = LabelMask::new(size);
    for contour in &image.contours {
        let number = labels.iter().position(|label| *label == contour.label).unwrap_or(0) + 1;
        mask.fill(&contour.corners, u8::try_from(number).unwrap_or(u8::MAX));
    }
    mask.into_picture()
}

/// The box of all contours with a margin; none without contours.
fn lesion_box(image: &ExamImage, picture: &Picture) -> Option<PixelBox> {
    let corners = || image.contours.iter().flat_map(|contour| &contour.corners);
    corners().next()?;
    let range = |axis: usize, length: u32| {
        let (low, high) = corners()
            .map(|corner| corner[axis])
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
                (low.min(value), high.max(value))
            });
        let margin = ((high - low) * MARGIN).max(50.0);
        let clamp = |value: f64| {
            // Clamped before: nothing is lost; NaN becomes 0.
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let pixel = value.clamp(0.0, f64::from(length)) as u32;
            pixel
        };
        (clamp(low - margin), clamp((high + margin).ceil()))
    };
    let (left, right) = range(0, picture.columns);
    let (top, bottom) = range(1, picture.rows);
    let area = PixelBox { left, top, columns: right - left, rows: bottom - top };
    (area.columns > 0 && area.rows > 0).then_some(area)
}
