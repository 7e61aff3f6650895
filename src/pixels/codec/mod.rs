//! From the bytes of one frame to its samples, by transfer syntax (DICOM PS3.5 annex A).

mod dispatch;
mod jpeg;
mod jpeg2000;
mod jpeg_extended;
mod jpeg_ls;
mod jpeg_ls_bits;
mod jpeg_ls_scan;
mod jpeg_segments;
mod native;
mod rle;
mod size;

pub use dispatch::Codec;
pub use native::align;
