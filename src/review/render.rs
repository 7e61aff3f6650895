//! Pictures of the images of a case or a cohort, many at a time; what is there already is kept.

use std::collections::{BTreeSet, HashSet};
use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::annotate::{AnnotationStyle, annotate, mask};
use super::exam::{ExamImage, ReaderContour, RenderTarget, images_of};
use super::file_name::file_name;
use super::four_view::{hang, places};
use super::image_files::ImageFiles;
use super::request::{
    RenderCrop, RenderError, RenderFailure, RenderLayout, RenderProgress, RenderReport,
    RenderRequest,
};
use crate::catalog::Catalog;
use crate::disk::{DiskError, WholeFile, io_error};
use crate::pixels::{Picture, PictureFormat, PixelError};

/// A picture to be made, of one image or of the four views of a case.
struct PictureJob<'a> {
    images: &'a [ExamImage],
    file: PathBuf,
}

/// Makes pictures of every image, or of every case, in parallel. Those that are there already stay
/// unless the request replaces them, so that a run that was stopped goes on.
///
/// # Errors
/// When the catalog cannot be read or a picture cannot be written. An image that cannot be decoded
/// is a failure of the report.
pub fn render(
    catalog: &Catalog,
    request: &RenderRequest,
    progress: &dyn RenderProgress,
) -> Result<RenderReport, RenderError> {
    let images = images_of(catalog, &request.target)?;
    if images.is_empty() {
        return Err(RenderError::Empty);
    }
    let jobs = jobs(&images, request)?;
    progress.begin(jobs.len());
    let renderer = Renderer::new(request, &images);
    let outcomes: Vec<_> = jobs
        .par_iter()
        .with_max_len(1)
        .map(|job| {
            let outcome = renderer.make(job);
            progress.advance();
            outcome
        })
        .collect();
    let mut report = RenderReport::default();
    for (job, outcome) in jobs.into_iter().zip(outcomes) {
        let PictureOutcome { is_present, failures } = outcome?;
        report.failures.extend(failures);
        match is_present {
            Some(true) => report.present += 1,
            Some(false) => report.written.push(job.file),
            None => {}
        }
    }
    Ok(report)
}

/// The four views of a case with their contours, each at most `size` pixels a side; none where no image of a
/// standard view can be shown.
pub fn four_view(images: &[ExamImage], size: u32, root: &Path) -> Option<Picture> {
    let request = RenderRequest {
        target: RenderTarget::Case(String::new()),
        output: PathBuf::new(),
        format: PictureFormat::Png,
        layout: RenderLayout::FourView,
        crop: RenderCrop::None,
        size: Some(size),
        root: root.to_owned(),
        replace: false,
    };
    Renderer::new(&request, images).four_view(images).0
}

/// The pictures to be made, each with a file of its own.
fn jobs<'a>(
    images: &'a [ExamImage],
    request: &RenderRequest,
) -> Result<Vec<PictureJob<'a>>, RenderError> {
    let groups: Vec<&[ExamImage]> = match request.layout {
        RenderLayout::FourView => images.chunk_by(|a, b| a.case_id == b.case_id).collect(),
        _ => images.chunks(1).collect(),
    };
    let is_file = request
        .output
        .extension()
        .and_then(|ending| ending.to_str())
        .is_some_and(|ending| PictureFormat::from_ending(ending).is_some());
    if is_file {
        return match *groups {
            [images] => Ok(vec![PictureJob { images, file: request.output.clone() }]),
            _ => Err(RenderError::OneFile(request.output.clone(), groups.len())),
        };
    }
    let mut taken = HashSet::new();
    let job = |images: &'a [ExamImage]| {
        let first = &images[0];
        let mut name = file_name(&first.case_id);
        if request.layout != RenderLayout::FourView {
            name.push('_');
            name.push_str(&file_name(first.view.as_deref().unwrap_or("view")));
        }
        let mut unique = name.clone();
        let mut number = 1;
        while !taken.insert(unique.to_lowercase()) {
            number += 1;
            unique = format!("{name}_{number}");
        }
        let file = request.output.join(format!("{unique}.{}", request.format.ending()));
        PictureJob { images, file }
    };
    Ok(groups.into_iter().map(job).collect())
}

/// What came of a job.
struct PictureOutcome {
    /// Whether the picture was there already; none where it could not be made.
    is_present: Option<bool>,
    failures: Vec<RenderFailure>,
}

/// What every picture of a request is made with.
struct Renderer<'a> {
    request: &'a RenderRequest,
    readers: Vec<String>,
    labels: Vec<String>,
    files: ImageFiles,
}

impl<'a> Renderer<'a> {
    fn new(request: &'a RenderRequest, images: &[ExamImage]) -> Self {
        let names = |pick: fn(&ReaderContour) -> &String| -> Vec<String> {
            let all = images.iter().flat_map(|image| &image.contours).map(pick);
            all.collect::<BTreeSet<_>>().into_iter().cloned().collect()
        };
        let readers = names(|contour| &contour.reader);
        let labels = names(|contour| &contour.label);
        Self { request, readers, labels, files: ImageFiles::new(&request.root) }
    }

    fn make(&self, job: &PictureJob<'_>) -> Result<PictureOutcome, RenderError> {
        if !self.request.replace && job.file.exists() {
            return Ok(PictureOutcome { is_present: Some(true), failures: Vec::new() });
        }
        let (picture, failures) = match self.request.layout {
            RenderLayout::FourView => self.four_view(job.images),
            _ => match self.picture(&job.images[0]) {
                Ok(picture) => (Some(picture), Vec::new()),
                Err(error) => (None, vec![failure(&job.images[0], &error)]),
            },
        };
        let Some(picture) = picture else {
            return Ok(PictureOutcome { is_present: None, failures });
        };
        write(&job.file, &picture, self.request.format)?;
        Ok(PictureOutcome { is_present: Some(false), failures })
    }

    /// The four views of a case; none where no image of a standard view can be shown.
    fn four_view(&self, images: &[ExamImage]) -> (Option<Picture>, Vec<RenderFailure>) {
        let mut failures = Vec::new();
        let mut one = |image: &ExamImage| {
            let picture = self.picture(image);
            picture.map_err(|error| failures.push(failure(image, &error))).ok()
        };
        let pictures = places(images).map(|row| row.map(|image| one(image?)));
        let picture = pictures.iter().flatten().any(Option::is_some).then(|| hang(pictures));
        (picture, failures)
    }

    fn picture(&self, image: &ExamImage) -> Result<Picture, PixelError> {
        let (full, columns) = self.files.read(&image.path, |pixels| {
            let size = [pixels.layout.columns, pixels.layout.rows].map(u32::from);
            let picture = match (self.request.layout, self.request.size) {
                (RenderLayout::Mask, _) => mask(image, size, &self.labels),
                (_, Some(longest)) if self.request.crop == RenderCrop::None => {
                    pixels.picture_within(1, longest)?
                }
                _ => pixels.picture(1)?,
            };
            Ok((picture, size[0]))
        })?;
        if self.request.layout == RenderLayout::Mask {
            return Ok(full);
        }
        let how = AnnotationStyle {
            crop: self.request.crop,
            size: self.request.size,
            columns,
            drawn: self.request.layout != RenderLayout::Plain,
            readers: &self.readers,
        };
        Ok(annotate(image, full, how))
    }
}

fn failure(image: &ExamImage, error: &PixelError) -> RenderFailure {
    RenderFailure { path: image.path.clone(), reason: error.to_string() }
}

fn write(path: &Path, picture: &Picture, format: PictureFormat) -> Result<(), DiskError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder {
        std::fs::create_dir_all(folder).map_err(io_error("make the folder", folder))?;
    }
    let encoded = picture.encode(format).and_then(|bytes| WholeFile::write(path, &bytes));
    encoded.map_err(|error: io::Error| io_error("write", path)(error))
}
