//! The files of a catalog's images, wherever they lie below the data set's folder.

use std::path::Path;

use crate::pixels::{PixelError, PixelImage};
use crate::sources::data_set_files::DataSetFiles;

/// The images of a data set.
pub struct ImageFiles(DataSetFiles);

impl ImageFiles {
    /// The images below `root`.
    pub fn new(root: &Path) -> Self {
        Self(DataSetFiles::new(root))
    }

    /// Reads the image at a path of the table `images` and hands it on.
    ///
    /// # Errors
    /// When the file is missing, lies outside the folder, or is not an image that can be decoded.
    pub fn read<T>(
        &self,
        path: &str,
        use_image: impl FnOnce(&PixelImage<'_>) -> Result<T, PixelError>,
    ) -> Result<T, PixelError> {
        self.0.read(path, |source, length| use_image(&PixelImage::read(source, length)?))
    }
}
