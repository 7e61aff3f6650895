//! Why the pixels of an image cannot be had.

use std::io;

/// The pixels of an image cannot be taken from its file.
#[derive(Debug, thiserror::Error)]
pub enum PixelError {
    /// The file cannot be read.
    #[error("the file cannot be read: {0}")]
    Io(#[from] io::Error),
    /// No decoder for this transfer syntax.
    #[error(
        "transfer syntax {0} cannot be decoded; convert the file first, for example with \
         dcmdjpeg or gdcmconv --raw"
    )]
    Syntax(String),
    /// The Image Pixel Module describes something that is not a grey or colour image.
    #[error("not an image that can be shown: {0}")]
    Layout(String),
    /// The file ends before its pixels do, or has none.
    #[error("the pixels are missing or cut")]
    Cut,
    /// The file has fewer frames.
    #[error("the image has {count} frames, not {asked}")]
    Frame {
        /// Frames of the image.
        count: u32,
        /// The frame requested, counted from 1.
        asked: u32,
    },
    /// A compressed stream is damaged, or is not of the size that the header declares.
    #[error("the {codec} stream cannot be decoded: {reason}")]
    Stream {
        /// The codec: `JPEG`, `JPEG 2000`.
        codec: &'static str,
        /// What the decoder reported.
        reason: String,
    },
}

impl PixelError {
    pub(super) fn stream(codec: &'static str, reason: impl ToString) -> Self {
        Self::Stream { codec, reason: reason.to_string() }
    }

    pub(super) fn layout<T>(reason: impl Into<String>) -> Result<T, Self> {
        Err(Self::Layout(reason.into()))
    }
}
