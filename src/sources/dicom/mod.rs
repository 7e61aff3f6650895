//! DICOM headers: any transfer syntax, with or without preamble and meta group, read no further
//! than the pixels.
//!
//! mammodex walks the elements itself: of a mammogram's header it needs sixty attributes, fast,
//! also from files that a strict reader refuses.

mod attributes;
mod basic_profile;
mod character_set;
mod deflate;
mod deidentification;
mod element;
mod element_bytes;
mod file;
mod header;
mod identity;
mod kind;
mod mammogram;
mod pixel_digest;
mod pixel_length;
mod projection;
mod requested;
mod rules;
mod sequence_items;
mod spacing;
mod stored_pixels;
mod value_text;
mod values;
mod walk;
mod wanted;
mod window;

pub use attributes::{AttributeColumn, AttributeSpec, AttributeTable, CellForm, UnknownKeyword};
pub use deidentification::{DeidentificationError, DeidentifiedHeader, identifying_attributes};
pub use element::format_tag;
pub use file::{is_dicom, read_header};
pub use header::{CodedConcept, DicomHeader};
pub use identity::{HeaderIdentity, UidRoot};
pub use mammogram::{DicomVerdict, FileFacts, MammogramReader};
pub use pixel_digest::ReadDepth;
pub use requested::{RequestedTags, TagRefusal};
pub use sequence_items::SequenceItem;
pub use stored_pixels::{PixelBytes, PixelFragment, StoredPixels};
pub use values::HeaderValues;
pub use walk::WalkEnd;
pub use wanted::TagScope;
pub use window::{ByteSource, FileWindow, disable_read_ahead};
