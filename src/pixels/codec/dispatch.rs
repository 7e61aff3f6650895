//! Which codec a transfer syntax names, and one frame by any of them.

use dicom_dictionary_std::uids;

use super::super::error::PixelError;
use super::super::frame::Frame;
use super::super::layout::PixelLayout;
use super::{jpeg, jpeg_ls, jpeg2000, native, rle};
use crate::panics::catch_panic;

/// A way in which frames are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Codec {
    /// Sample by sample.
    Native,
    /// Run lengths (PS3.5 annex G).
    Rle,
    /// JPEG: baseline, extended, progressive or lossless (ITU-T T.81).
    Jpeg,
    /// JPEG-LS (ITU-T T.87).
    JpegLs,
    /// JPEG 2000, also in its high-throughput form (ITU-T T.800, T.814).
    Jpeg2000,
}

impl Codec {
    /// The codec of a transfer syntax, if there is one.
    pub fn of(transfer_syntax: Option<&str>) -> Option<Self> {
        Some(match transfer_syntax {
            None
            | Some(
                uids::IMPLICIT_VR_LITTLE_ENDIAN
                | uids::EXPLICIT_VR_LITTLE_ENDIAN
                | uids::DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN
                | uids::ENCAPSULATED_UNCOMPRESSED_EXPLICIT_VR_LITTLE_ENDIAN
                | "1.2.840.10008.1.2.2",
            ) => Self::Native,
            Some(uids::RLE_LOSSLESS) => Self::Rle,
            Some(
                uids::JPEG_BASELINE8_BIT
                | uids::JPEG_EXTENDED12_BIT
                | uids::JPEG_LOSSLESS
                | uids::JPEG_LOSSLESS_SV1
                | "1.2.840.10008.1.2.4.55",
            ) => Self::Jpeg,
            Some(uids::JPEGLS_LOSSLESS | uids::JPEGLS_NEAR_LOSSLESS) => Self::JpegLs,
            Some(
                uids::JPEG2000_LOSSLESS
                | uids::JPEG2000
                | uids::JPEG2000MC_LOSSLESS
                | uids::JPEG2000MC
                | uids::HTJ2K_LOSSLESS
                | uids::HTJ2K_LOSSLESS_RPCL
                | uids::HTJ2K,
            ) => Self::Jpeg2000,
            Some(_) => return None,
        })
    }

    /// Decodes one frame. `big_endian` says how native samples are written.
    ///
    /// # Errors
    /// When the stream is cut, damaged or of another size than `layout`.
    pub fn decode(
        self,
        bytes: &[u8],
        layout: &PixelLayout,
        big_endian: bool,
    ) -> Result<Frame, PixelError> {
        let decode = || match self {
            Self::Native => native::decode(bytes, layout, big_endian),
            Self::Rle => rle::decode(bytes, layout),
            Self::Jpeg => jpeg::decode(bytes, layout),
            Self::JpegLs => jpeg_ls::decode(bytes, layout),
            Self::Jpeg2000 => jpeg2000::decode(bytes, layout),
        };
        // The codecs of others are made for whole streams; what breaks one is one image's fault.
        let values = catch_panic(decode)
            .unwrap_or_else(|| Err(PixelError::stream(self.name(), "the stream is damaged")))?;
        Frame::of(layout, values)
    }

    /// Decodes one frame at a fraction of its size: each side halved as often as `halvings` says,
    /// or less often. None where the codec or the stream has no smaller sizes.
    pub fn decode_smaller(
        self,
        bytes: &[u8],
        layout: &PixelLayout,
        halvings: u32,
    ) -> Option<Frame> {
        let decode = || match self {
            Self::Jpeg => jpeg::decode_smaller(bytes, layout, halvings),
            Self::Jpeg2000 => jpeg2000::decode_smaller(bytes, layout, halvings),
            Self::Native | Self::Rle | Self::JpegLs => None,
        };
        // What fails here is decoded whole, which reports why.
        let (layout, values) = catch_panic(decode).flatten()?;
        Frame::of(&layout, values).ok()
    }

    /// The name that messages give it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Rle => "RLE",
            Self::Jpeg => "JPEG",
            Self::JpegLs => "JPEG-LS",
            Self::Jpeg2000 => "JPEG 2000",
        }
    }
}
