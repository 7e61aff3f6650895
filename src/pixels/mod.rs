//! DICOM pixels as grey or colour frames: decoded, windowed, shrunk and written as pictures.
//!
//! Codecs are called with the size that the header declares, and refuse a stream of another size
//! before they allocate memory.

mod canvas;
mod codec;
mod error;
mod frame;
mod grey_header;
mod image;
mod layout;
mod lossless_png;
mod mask;
mod picture;
mod window;

pub use canvas::{Canvas, Color};
pub use codec::Codec;
pub use error::PixelError;
pub use frame::Frame;
pub use image::PixelImage;
pub use layout::{Photometric, PixelLayout};
pub use lossless_png::lossless_png;
pub use mask::LabelMask;
pub use picture::{Channels, Picture, PictureFormat, PixelBox, png_bytes};
pub use window::{GreyWindow, LookupTable, VoiFunction};
