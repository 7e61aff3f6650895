//! One contour placed on its image.

use serde::{Deserialize, Serialize};

use super::annotation::{Annotation, DrawnContour};
use super::contour::{self, BoundingBox, ContourMeasures, ContourPoint};
use super::image::PixelSpacing;

/// What a contour needs to know of its image.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImageFrame {
    /// Its path relative to the root.
    pub path: String,
    /// SOP Instance UID (0008,0018).
    pub sop_instance_uid: Option<String>,
    /// Height and width in pixels.
    pub size_px: Option<[u32; 2]>,
    /// Distance between its pixels.
    pub spacing: Option<PixelSpacing>,
}

/// Origin and direction of written points: the way from them to pixels from the top left corner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContourFrame {
    /// Whether the origin is the image's centre; its top left corner otherwise.
    pub centred: bool,
    /// Whether y grows towards the top.
    pub y_up: bool,
}

impl ContourFrame {
    /// The ring in pixels of an image of `rows` × `columns`: x from the left, y from the top.
    ///
    /// With the origin at the centre, column = x + columns/2 and row = y + rows/2, as the tool that
    /// draws and a program that reads its files both have it.
    pub fn place(self, points: &[ContourPoint], [rows, columns]: [u32; 2]) -> Vec<ContourPoint> {
        let (height, width) = (f64::from(rows), f64::from(columns));
        let to_pixels = |&[x, y]: &ContourPoint| {
            let y = if self.y_up { -y } else { y };
            match (self.centred, self.y_up) {
                (true, _) => [x + width / 2.0, y + height / 2.0],
                (false, true) => [x, y + height],
                (false, false) => [x, y],
            }
        };
        points.iter().map(to_pixels).collect()
    }
}

/// A row of `lesions`.
#[derive(Debug, Clone)]
pub struct Lesion<'a> {
    /// The file that holds it.
    pub annotation: &'a Annotation,
    /// As the file holds it.
    pub drawing: &'a DrawnContour,
    /// The image it lies on, where there is one.
    pub image: Option<&'a ImageFrame>,
    /// The ring in pixels of the image; absent when the image's size is not known.
    pub contour: Option<Vec<ContourPoint>>,
    /// Bounding box of the ring.
    pub bounds: Option<BoundingBox>,
    /// Centroid of the ring.
    pub centroid: Option<ContourPoint>,
    /// Measures in mm; absent without a spacing.
    pub measures_mm: Option<ContourMeasures>,
    /// Whether every point lies within the image.
    pub in_bounds: Option<bool>,
}

impl<'a> Lesion<'a> {
    /// A lesion: a drawn contour placed on its image.
    pub fn new(
        annotation: &'a Annotation,
        drawing: &'a DrawnContour,
        image: Option<&'a ImageFrame>,
        frame: ContourFrame,
    ) -> Self {
        let size = image.and_then(|image| image.size_px);
        let contour = size.map(|size| frame.place(&drawing.points, size));
        let bounds = contour.as_deref().and_then(contour::bounds);
        let in_bounds = bounds.zip(size).map(|(b, [rows, columns])| {
            let far = [f64::from(columns), f64::from(rows)];
            (0..2).all(|axis| b.min[axis] >= 0.0 && b.max[axis] <= far[axis])
        });
        let spacing = image.and_then(|image| image.spacing);
        let measures_mm = spacing.and_then(|s| {
            if s.row_mm == s.col_mm {
                return drawing.measures_px.map(|px| px.scaled(s.row_mm));
            }
            // Rows and columns lie unequally far apart: the ring has another shape in mm.
            let scale = |&[x, y]: &ContourPoint| [x * s.col_mm, y * s.row_mm];
            contour::measure(&drawing.points.iter().map(scale).collect::<Vec<_>>())
        });
        let centroid = contour.as_deref().and_then(contour::centroid);
        Self { annotation, drawing, image, contour, bounds, centroid, measures_mm, in_bounds }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_centre_is_half_the_image_and_y_runs_down() {
        let tool = ContourFrame { centred: true, y_up: false };
        assert_eq!(tool.place(&[[-506.0, -162.0]], [2294, 1914]), [[451.0, 985.0]]);
        let up = ContourFrame { centred: true, y_up: true };
        assert_eq!(up.place(&[[0.0, 10.0]], [100, 80]), [[40.0, 40.0]]);
        let corner = ContourFrame { centred: false, y_up: false };
        assert_eq!(corner.place(&[[3.0, 4.0]], [100, 80]), [[3.0, 4.0]]);
        let corner_up = ContourFrame { centred: false, y_up: true };
        assert_eq!(corner_up.place(&[[3.0, 4.0]], [100, 80]), [[3.0, 96.0]]);
    }
}
