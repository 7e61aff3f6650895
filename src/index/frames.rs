//! The images that contours lie on: the frame of each, by case and view.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::Path;

use super::case::CaseIndex;
use super::error::IndexError;
use super::pending::PendingStore;
use crate::records::image::ImageRecord;
use crate::records::lesion::ImageFrame;
use crate::records::view::{ViewSet, ViewSlot};
use crate::tables::reader::TableReader;
use crate::tables::row::RowRecord;

/// The views that have contours, by case.
pub type AnnotatedViews = HashMap<String, ViewSet>;

/// The view and the frame of contours on an image; absent where its case and view have none. Contours
/// follow the view in the file's name; the header's view counts where the name has none.
pub fn of_image(image: &ImageRecord, annotated: &AnnotatedViews) -> Option<(ViewSlot, ImageFrame)> {
    let views = annotated.get(image.case_id.as_ref()?)?;
    let named = image.file_view.as_deref().and_then(ViewSlot::named);
    let slot = named.or_else(|| image.projection.spot()).filter(|slot| views.contains(*slot))?;
    let frame = ImageFrame {
        path: image.path.clone(),
        sop_instance_uid: image.sop_instance_uid.clone(),
        size_px: image.size_px,
        spacing: image.spacing,
    };
    Some((slot, frame))
}

/// Adds the frames of images that were scanned before it was known that they have contours. `dir` has
/// the finished table of images.
///
/// # Errors
/// When the table cannot be read, or a frame not spooled.
pub fn add_from_table(
    dir: &Path,
    annotated: &AnnotatedViews,
    cases: &mut CaseIndex,
    store: &PendingStore,
) -> Result<(), IndexError> {
    let mut images = TableReader::open(dir, ImageRecord::TABLE)?;
    while let Some(row) = images.advance()? {
        let Some(case_id) = row.text("case_id").filter(|id| annotated.contains_key(*id)) else {
            continue;
        };
        let Some((slot, frame)) = of_image(&ImageRecord::from_row(&row), annotated) else {
            continue;
        };
        let case = cases.case(case_id);
        if let Entry::Vacant(free) = cases.frames.entry((case, slot)) {
            free.insert(store.put_frame(&frame)?);
        }
    }
    Ok(())
}
