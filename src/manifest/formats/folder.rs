//! The files themselves, laid out by part and class: `PART/CLASS/KEY.dcm`, as links or copies, beside
//! `manifest.csv`.

use std::fs;
use std::io;
use std::path::Path;

use rayon::prelude::*;

use super::{Job, Writer, put};
use crate::manifest::item::Image;
use crate::manifest::listing::csv_path;
use crate::manifest::request::Link;
use crate::manifest::selection::{LeftOut, Reason};
use crate::manifest::{ManifestError, io_error, rows, sheet};

pub(super) struct Folder {
    job: Job,
    sheet: sheet::Sheet,
}

impl Folder {
    pub fn new(job: Job) -> Self {
        Self { job, sheet: sheet::Sheet::new(&rows::IMAGE) }
    }

    /// Where an image is laid, below the folder.
    fn place(&self, image: &Image, class: usize) -> String {
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

fn lay(link: Link, root: &Path, image: &Image, target: &Path) -> io::Result<()> {
    if let Some(folder) = target.parent() {
        fs::create_dir_all(folder)?;
    }
    match link {
        // A link in the data set is followed: a second name of a link would hang on its place.
        Link::Hard => fs::hard_link(fs::canonicalize(&image.file)?, target),
        Link::Sym => std::os::unix::fs::symlink(root.join(&image.path), target),
        Link::Copy => fs::copy(&image.file, target).map(|_| ()),
    }
}

impl Writer for Folder {
    fn images(
        &mut self,
        images: Vec<Image>,
        left_out: &mut LeftOut,
    ) -> Result<Vec<Image>, ManifestError> {
        let mut placed = Vec::new();
        for image in images {
            match self.job.classes.of(&image) {
                Some(class) => placed.push((self.place(&image, class), image)),
                None => left_out.add(Reason::Unclassed, &image.case_id, image.path),
            }
        }
        let link = self.job.options.link.unwrap_or(Link::Hard);
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
                        Reason::Unreadable,
                        &image.case_id,
                        format!("{}: {error}", image.path),
                    );
                    continue;
                }
                other => other.map_err(io_error(&folder.join(&place)))?,
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
