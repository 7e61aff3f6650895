//! Small pictures of single cases for a page.

use std::path::PathBuf;

use rayon::prelude::*;

use crate::catalog::Catalog;
use crate::pixels::PictureFormat;
use crate::report::CasePictures;
use crate::review::{self, ExamImage, RenderTarget};
use crate::sql::literal;

/// The longest side of a view in pixels: a picture of four has some 40 kB.
const VIEW_PX: u32 = 320;
/// Quality of the JPEG.
const QUALITY: u8 = 80;

/// Makes the four views of a case, each small, with their contours.
pub(super) struct FourViews<'c> {
    pub catalog: &'c Catalog,
    /// The folder of the data set.
    pub root: PathBuf,
}

impl CasePictures for FourViews<'_> {
    fn pictures(&self, cases: &[&str]) -> Vec<Result<Vec<u8>, String>> {
        let exams: Vec<_> = cases.iter().map(|case_id| self.exam(case_id)).collect();
        let root = &self.root;
        let picture = |images: Result<Vec<ExamImage>, String>| {
            let picture = review::four_view(&images?, VIEW_PX, root);
            // The page names no file, so that no path is in the reason.
            let picture = picture.ok_or("no image of a standard view can be read")?;
            picture.encode(PictureFormat::Jpeg(QUALITY)).map_err(|error| error.to_string())
        };
        exams.into_par_iter().map(picture).collect()
    }
}

impl FourViews<'_> {
    /// The images of a case, unless they may show a name.
    fn exam(&self, case_id: &str) -> Result<Vec<ExamImage>, String> {
        let labelled = format!(
            "SELECT count(*) FROM images WHERE case_id = {} AND (burned_in_annotation OR \
             mammogram_type IN ('secondary_capture', 'screen_film'))",
            literal(case_id)
        );
        match self.catalog.count(&labelled) {
            Ok(0) => {
                let target = RenderTarget::Case(case_id.to_owned());
                review::images_of(self.catalog, &target).map_err(|error| error.to_string())
            }
            Ok(_) => Err("text that identifies the patient may be in the pixels".to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }
}
