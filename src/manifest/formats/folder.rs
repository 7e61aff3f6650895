//! The files themselves, laid out by part and class: `PART/CLASS/KEY.dcm`, as links or copies, beside
//! `manifest.csv`. Every class has a folder in every part, also an empty one.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::dicom_copy;
use super::job::{AddFailure, FormatJob, FormatWriter};
use crate::disk::{DiskError, io_error};
use crate::manifest::csv_file::CsvDraft;
use crate::manifest::error::ManifestError;
use crate::manifest::image::ManifestImage;
use crate::manifest::path_style::csv_path;
use crate::manifest::request::FileLink;
use crate::manifest::rows;
use crate::manifest::selection::ExclusionReason;

pub struct LabelFolder {
    job: FormatJob,
    /// The data set's folder, without links; absent for a store.
    root: Option<PathBuf>,
    csv: CsvDraft,
}

impl LabelFolder {
    /// Begins the folder.
    ///
    /// # Errors
    /// When the folder of a class cannot be made.
    pub fn new(job: FormatJob) -> Result<Self, ManifestError> {
        make_folders(&job)?;
        let find = |root: &Path| root.canonicalize().map_err(io_error("find", root));
        let root = job.root.folder().map(find).transpose()?;
        Ok(Self { job, root, csv: CsvDraft::new(&rows::IMAGE) })
    }

    /// Where an image is laid, below the folder.
    fn place(&self, image: &ManifestImage, class: usize) -> String {
        let class = class_folder(&self.job.classes.names[class]);
        let name = image.path.rsplit('/').next().unwrap_or_default();
        let ending = name.rsplit_once('.').map_or("dcm", |(_, ending)| ending);
        let ending = if ending.chars().all(char::is_alphanumeric) { ending } else { "dcm" };
        let file = format!("{class}/{}.{ending}", image.key);
        if self.job.is_split { format!("{}/{file}", self.job.parts[image.part]) } else { file }
    }
}

/// The folder of a class.
fn class_folder(name: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() || c == '-' { c } else { '_' };
    name.chars().map(plain).collect()
}

/// Makes the folder of every class in every part: readers number classes by the folders that are there,
/// so that a missing one would shift the others.
fn make_folders(job: &FormatJob) -> Result<(), DiskError> {
    let parts = if job.is_split { job.parts.as_slice() } else { &[String::new()] };
    for part in parts {
        for class in &job.classes.names {
            let folder = job.folder.join(part).join(class_folder(class));
            fs::create_dir_all(&folder).map_err(io_error("make a folder at", &folder))?;
        }
    }
    Ok(())
}

fn lay_out(link: FileLink, root: &Path, image: &ManifestImage, target: &Path) -> io::Result<()> {
    match link {
        // A link in the data set is followed: a second name of a link would depend on its place.
        FileLink::Hard => fs::hard_link(fs::canonicalize(root.join(&image.path))?, target),
        FileLink::Sym => std::os::unix::fs::symlink(root.join(&image.path), target),
        FileLink::Copy => fs::copy(root.join(&image.path), target).map(|_| ()),
    }
}

/// Whether the file system has no such links, or refuses them to this user: EPERM, ENOSYS, EOPNOTSUPP.
fn has_no_links(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(1 | 38 | 95))
}

impl FormatWriter for LabelFolder {
    fn prepare(&self, image: &mut ManifestImage) -> Result<(), AddFailure> {
        let class = self.job.classes.number(image);
        let class = class.ok_or_else(|| AddFailure::unclassed(image))?;
        image.listed = self.place(image, class);
        let target = self.job.folder.join(&image.listed);
        dicom_copy::inspect(&self.job, image)?;
        let root = match &self.root {
            Some(root) if !self.job.options.strip_identifiers => root,
            _ => return dicom_copy::write(&self.job, image, &target),
        };
        let link = self.job.options.link.unwrap_or(FileLink::Hard);
        lay_out(link, root, image, &target).map_err(|error| match error.kind() {
            _ if link != FileLink::Copy && has_no_links(&error) => {
                let kind = if link == FileLink::Hard { "hard" } else { "symbolic" };
                AddFailure::from(ManifestError::Request(format!(
                    "no {kind} link can be made at {} ({error}): use --link copy",
                    target.display()
                )))
            }
            io::ErrorKind::CrossesDevices => AddFailure::from(ManifestError::Request(format!(
                "a hard link cannot lead to another file system, where {} is: use --link sym or \
                 --link copy",
                root.display()
            ))),
            io::ErrorKind::PermissionDenied => {
                AddFailure::rejected(ExclusionReason::Unreadable, image, error)
            }
            _ => io_error("link", &target)(error).into(),
        })
    }

    fn add(&mut self, _: usize, image: &ManifestImage) -> Result<(), AddFailure> {
        self.csv.row(&image.cells(&csv_path(&image.listed)));
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<String, ManifestError> {
        let Self { job, csv, .. } = *self;
        job.put("manifest.csv", csv.text().as_bytes())?;
        Ok(String::new())
    }
}
