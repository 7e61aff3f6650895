//! A review as a folder of files that opens from disk, without a server.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::exam::ExamImage;
use super::image_files::ImageFiles;
use super::page::{
    GENERATOR, PAGE_FILES, PageSettings, PictureAddress, case_script, catalog_name, file_for_disk,
    start_script,
};
use super::request::{RenderFailure, RenderProgress};
use super::session::{HungImage, ReviewSession, hung_images};
use super::verdict::Verdict;
use crate::catalog::Catalog;
use crate::cohort::CohortError;
use crate::disk::{DiskError, WholeFile, hex, io_error, read_regular_text};
use crate::pixels::{PictureFormat, PixelError};

/// Cases whose pictures are made together.
const BATCH: usize = 16;
const QUALITY: u8 = 88;

/// A static page to be written.
#[derive(Debug, Clone)]
pub struct StaticPageRequest {
    /// The folder.
    pub folder: PathBuf,
    /// The longest side of a picture in pixels.
    pub size: u32,
    /// The data set's folder.
    pub root: PathBuf,
    /// Whether pictures that are there are made again.
    pub replace: bool,
    /// The reviewer's latest verdicts so far.
    pub own: Vec<Verdict>,
}

/// What was written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StaticPageReport {
    /// Pictures that were made.
    pub written: u64,
    /// Pictures that were there already.
    pub present: u64,
    /// Images that cannot be shown; the page names the reason.
    pub failures: Vec<RenderFailure>,
}

/// A static page cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum StaticPageError {
    /// The catalog or the cohort cannot be read.
    #[error(transparent)]
    Cohort(#[from] CohortError),
    /// A file cannot be written.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// The folder has another page.
    #[error("{0} is not a page of a review; name another folder")]
    OtherPage(PathBuf),
}

/// Writes the page, its data and its pictures. Pictures that are there already are kept, so that a
/// run that was stopped goes on; the page itself comes last.
///
/// # Errors
/// When the catalog cannot be read or a file cannot be written. An image that cannot be decoded is
/// a failure of the report.
pub fn write_static_page(
    catalog: &Catalog,
    session: &ReviewSession,
    request: &StaticPageRequest,
    progress: &dyn RenderProgress,
) -> Result<StaticPageReport, StaticPageError> {
    check_folder(&request.folder)?;
    for folder in ["cases", "pictures"] {
        let folder = request.folder.join(folder);
        fs::create_dir_all(&folder).map_err(io_error("make the folder", &folder))?;
    }
    progress.begin(session.queue.len());
    let mut report = StaticPageReport::default();
    let files = ImageFiles::new(&request.root);
    let numbers: Vec<usize> = (0..session.queue.len()).collect();
    for batch in numbers.chunks(BATCH) {
        let mut cases: Vec<(usize, Vec<HungImage>)> = Vec::new();
        for number in batch {
            cases.push((*number, hung_images(catalog, &session.queue[*number])?));
        }
        let images: Vec<&ExamImage> =
            cases.iter().flat_map(|(_, images)| images).map(|hung| &hung.image).collect();
        let pictures: Vec<Result<StaticPicture, DiskError>> = images
            .par_iter()
            .with_max_len(1)
            .map(|image| picture(&files, request, image))
            .collect();
        let mut pictures = pictures.into_iter();
        for (number, images) in &cases {
            let mut addresses = Vec::new();
            for (hung, picture) in images.iter().zip(pictures.by_ref()) {
                let StaticPicture { address, is_present } = picture?;
                match &address.failure {
                    Some(reason) => report.failures.push(RenderFailure {
                        path: hung.image.path.clone(),
                        reason: reason.clone(),
                    }),
                    None if is_present => report.present += 1,
                    None => report.written += 1,
                }
                addresses.push(address);
            }
            let script = case_script(session, *number, images, &addresses);
            write(&request.folder.join(format!("cases/{number}.js")), script.as_bytes())?;
            progress.advance();
        }
    }
    let catalog_name = catalog_name(catalog.dir());
    let settings = PageSettings { own: &request.own, catalog: &catalog_name, stores: false };
    let script = start_script(session, settings);
    write(&request.folder.join("data.js"), script.as_bytes())?;
    for (name, _, text) in PAGE_FILES.iter().rev() {
        write(&request.folder.join(name), file_for_disk(text).as_bytes())?;
    }
    Ok(report)
}

/// Refuses a folder with a page of another program.
fn check_folder(folder: &Path) -> Result<(), StaticPageError> {
    let page = folder.join("index.html");
    // Without the page, which comes last, only what a run that was stopped has left is replaced.
    let is_left = |(name, _, text): &(&str, &str, &str)| match read_regular_text(&folder.join(name))
    {
        Ok(existing) => existing == file_for_disk(text),
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    };
    let is_own = match read_regular_text(&page) {
        Ok(text) => text.contains(GENERATOR),
        Err(_) => PAGE_FILES.iter().all(is_left),
    };
    if is_own { Ok(()) } else { Err(StaticPageError::OtherPage(page)) }
}

struct StaticPicture {
    address: PictureAddress,
    is_present: bool,
}

/// Makes the picture of an image, named by the image's path, its version and the size.
fn picture(
    files: &ImageFiles,
    request: &StaticPageRequest,
    image: &ExamImage,
) -> Result<StaticPicture, DiskError> {
    let content = format!("{}\n{}\n{}", image.path, image.version, request.size);
    let name = format!("pictures/{}.jpg", hex(&Sha256::digest(content)[..12]));
    let path = request.folder.join(&name);
    let address = PictureAddress { preview: Some(name), ..PictureAddress::default() };
    if !request.replace && path.exists() {
        return Ok(StaticPicture { address, is_present: true });
    }
    let encoded = files.read(&image.path, |pixels| pixels.picture(1)).and_then(|picture| {
        let small = picture.shrink(request.size);
        small.encode(PictureFormat::Jpeg(QUALITY)).map_err(PixelError::Io)
    });
    match encoded {
        Ok(bytes) => {
            write(&path, &bytes)?;
            Ok(StaticPicture { address, is_present: false })
        }
        Err(error) => {
            let failure = Some(error.to_string());
            let address = PictureAddress { failure, ..PictureAddress::default() };
            Ok(StaticPicture { address, is_present: false })
        }
    }
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), DiskError> {
    WholeFile::write(path, bytes).map_err(|error: io::Error| io_error("write", path)(error))
}
