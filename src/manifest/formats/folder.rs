//! The files themselves, laid out by part and class: `PART/CLASS/KEY.dcm`, as links or copies, beside
//! `manifest.csv`.

use std::fs;
use std::io;
use std::path::Path;

use rayon::prelude::*;

use super::{FormatJob, FormatWriter, put};
use crate::disk::io_error;
use crate::manifest::image::ManifestImage;
use crate::manifest::path_style::csv_path;
use crate::manifest::request::FileLink;
use crate::manifest::selection::{ExclusionReason, Exclusions};
use crate::manifest::{ManifestError, csv_file, rows};

pub(super) struct LabelFolder {
    job: FormatJob,
    sheet: csv_file::CsvDraft,
}

impl LabelFolder {
    pub fn new(job: FormatJob) -> Self {
        Self { job, sheet: csv_file::CsvDraft::new(&rows::IMAGE) }
    }

    /// Where an image is laid, below the folder.
    fn place(&self, image: &ManifestImage, class: usize) -> String {
        let name = self.job.classes.names.get(class).map_or("unknown", String::as_str);
        let plain = |c: char| if c.is_alphanumeric() || c == '-' { c } else { '_' };
        let class: String = name.chars().map(plain).collect();
        let name = image.path.rsplit('/').next().unwrap_or_default();
        let ending = name.rsplit_once('.').map_or("dcm", |(_, ending)| ending);
        let ending = if ending.chars().all(char::is_alphanumeric) { ending } else { "dcm" };
        let file = format!("{class}/{}.{ending}", image.key);
        image.split.as_ref().map_or_else(|| file.clone(), |part| format!("{part}/{file}"))
    }
}

fn lay(link: FileLink, root: &Path, image: &ManifestImage, target: &Path) -> io::Result<()> {
    if let Some(folder) = target.parent() {
        fs::create_dir_all(folder)?;
    }
    match link {
        // A link in the data set is followed: a second name of a link would hang on its place.
        FileLink::Hard => fs::hard_link(fs::canonicalize(&image.file)?, target),
        FileLink::Sym => std::os::unix::fs::symlink(root.join(&image.path), target),
        FileLink::Copy => fs::copy(&image.file, target).map(|_| ()),
    }
}

impl FormatWriter for LabelFolder {
    fn images(
        &mut self,
        images: Vec<ManifestImage>,
        left_out: &mut Exclusions,
    ) -> Result<Vec<ManifestImage>, ManifestError> {
        let mut placed = Vec::new();
        for image in images {
            match self.job.classes.of(&image) {
                Some(class) => placed.push((self.place(&image, class), image)),
                None => left_out.add(ExclusionReason::Unclassed, &image.case_id, image.path),
            }
        }
        let link = self.job.options.link.unwrap_or(FileLink::Hard);
        let (folder, root) = (&self.job.folder, &self.job.root);
        let done: Vec<io::Result<()>> = placed
            .par_iter()
            .map(|(place, image)| lay(link, root, image, &folder.join(place)))
            .collect();
        let mut written = Vec::new();
        for ((place, image), done) in placed.into_iter().zip(done) {
            match done {
                Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
                    return Err(ManifestError::Request(format!(
                        "a hard link cannot lead to another file system, where {} is: use --link \
                         sym or --link copy",
                        root.display()
                    )));
                }
                Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                    left_out.add(
                        ExclusionReason::Unreadable,
                        &image.case_id,
                        format!("{}: {error}", image.path),
                    );
                    continue;
                }
                other => other.map_err(io_error("link", &folder.join(&place)))?,
            }
            self.sheet.row(&image.cells(&csv_path(&place)));
            written.push(image);
        }
        Ok(written)
    }

    fn finish(self: Box<Self>) -> Result<String, ManifestError> {
        let Self { job, sheet } = *self;
        put(&job.folder, "manifest.csv", sheet.text().as_bytes())?;
        Ok(String::new())
    }
}
