//! Images looked for before it is known which are wanted. The engine chooses with one core where a table
//! has few rows; meanwhile another looks for the files of that table, as far as it comes.

use std::collections::HashSet;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use super::image_root::{ImagePlace, ImageRoot};
use crate::tables::reader::TableReader;

/// The most rows that the engine reads with one core: DuckDB's row group.
const FEW: i64 = 122_880;

/// The images of a snapshot that were looked for early.
#[derive(Default)]
pub(super) struct PrefetchedImages {
    /// All up to this path: the table is sorted by it.
    last: Option<String>,
    /// Those among them that were not there.
    gone: HashSet<String>,
}

impl PrefetchedImages {
    /// Looks for the images of a snapshot until `over` is set.
    pub fn look(snapshot: &Path, root: &ImageRoot, over: &AtomicBool) -> Self {
        let mut early = Self::default();
        let images = TableReader::open_columns(snapshot, "images", &["path"]);
        let Some(mut images) = images.ok().filter(|images| images.rows() <= FEW) else {
            return early;
        };
        while !over.load(Ordering::Relaxed)
            && let Ok(Some(image)) = images.advance()
        {
            let Some(path) = image.text("path").filter(|path| !early.covers(path)) else { break };
            if !matches!(root.place(path), ImagePlace::There(_)) {
                early.gone.insert(path.to_owned());
            }
            path.clone_into(early.last.get_or_insert_default());
        }
        early
    }

    /// Whether the image was looked for, and was there.
    pub fn found(&self, path: &str) -> bool {
        self.covers(path) && !self.gone.contains(path)
    }

    fn covers(&self, path: &str) -> bool {
        self.last.as_deref().is_some_and(|last| path <= last)
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error;
    use std::fs::{self, File};
    use std::sync::Arc;

    use arrow::array::{ArrayRef, StringArray};
    use arrow::record_batch::RecordBatch;

    use super::*;
    use crate::tables::batches::BatchWriter;

    fn look(
        paths: &[&str],
        there: &[&str],
        over: bool,
    ) -> Result<PrefetchedImages, Box<dyn Error>> {
        let folder = tempfile::tempdir()?;
        for name in there {
            fs::write(folder.path().join(name), "")?;
        }
        let column: ArrayRef = Arc::new(StringArray::from_iter_values(paths));
        let batch = RecordBatch::try_from_iter([("path", column)])?;
        let file = File::create(folder.path().join("images.parquet"))?;
        let mut writer = BatchWriter::new(file, &batch.schema())?;
        writer.push(&batch)?;
        writer.finish()?;
        Ok(PrefetchedImages::look(
            folder.path(),
            &ImageRoot::of_folder(folder.path()),
            &AtomicBool::new(over),
        ))
    }

    #[test]
    fn what_is_there_is_found_and_what_is_not_is_not() -> Result<(), Box<dyn Error>> {
        let early = look(&["a", "b", "c"], &["a", "c", "d"], false)?;
        assert_eq!(["a", "b", "c", "d"].map(|path| early.found(path)), [true, false, true, false]);
        Ok(())
    }

    #[test]
    fn a_table_that_is_not_sorted_is_looked_at_no_further() -> Result<(), Box<dyn Error>> {
        let early = look(&["a", "c", "b", "d"], &["a", "b", "c", "d"], false)?;
        assert_eq!(["a", "c", "d"].map(|path| early.found(path)), [true, true, false]);
        Ok(())
    }

    #[test]
    fn when_it_is_over_nothing_was_looked_for() -> Result<(), Box<dyn Error>> {
        assert!(!look(&["a"], &["a"], true)?.found("a"));
        Ok(())
    }
}
