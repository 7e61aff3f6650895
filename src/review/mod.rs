//! Pictures of what the rows say: images with their contours drawn on, for the people who check
//! them.

mod annotate;
mod exam;
mod four_view;
mod image_files;
mod render;
mod request;

pub use exam::{ExamImage, ReaderContour, RenderTarget, find_target, images_of};
pub use image_files::ImageFiles;
pub use render::render;
pub use request::{
    RenderCrop, RenderError, RenderFailure, RenderLayout, RenderProgress, RenderReport,
    RenderRequest,
};
