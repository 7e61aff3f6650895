//! The formats of trainers: images one after the other, with their contours.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::error::ManifestError;
use super::formats::{self, FormatJob};
use super::image::{self, ImageClasses, ManifestImage, ManifestImages};
use super::image_tally::ImageTally;
use super::job::{ManifestContent, ManifestJob};
use super::selection::Exclusions;
use crate::sources::profile::PseudonymKey;
use crate::storage::{Requests, WorkPool};

/// Writes the images to a folder. Returns the text of a format that is one file; of others none.
pub(super) fn write(
    job: &ManifestJob<'_>,
    folder: &Path,
    exclusions: &mut Exclusions,
) -> Result<(ManifestContent, String), ManifestError> {
    let format = job.options.format;
    let mut parts: Vec<String> = job.source.parts().into_iter().map(str::to_owned).collect();
    let is_split = !parts.is_empty();
    if !is_split {
        parts.push("all".to_owned());
    }
    let outlines = format.has_outlines();
    let categories =
        if outlines { image::categories(job.catalog, job.options)? } else { Vec::new() };
    let classes = ImageClasses::new(job.options)?;
    let class_names = class_names(job, &classes, &categories);
    let mut writer = formats::writer(FormatJob {
        name: job.source.name().to_string(),
        folder: folder.to_owned(),
        parts,
        is_split,
        classes,
        categories,
        options: job.options.clone(),
        uid_key: job.uid_key.clone().unwrap_or_else(PseudonymKey::of_process),
        root: Arc::clone(&job.root),
        snapshot: job.catalog.snapshot().id,
    })?;
    let pool = WorkPool::new(job.root.folder().is_none());
    let mut tally = ImageTally::new(job.options.label.is_some());
    let mut images = ManifestImages::start(job.catalog, job.source, job.options, job.path_style)?;
    while let Some(batch) = images.next()? {
        for image in formats::add_all(writer.as_mut(), &pool, batch, exclusions)? {
            tally.add(&image);
        }
        job.root.check()?;
    }
    let text = writer.finish()?;
    let mut content = ManifestContent { classes: class_names, ..tally.finish() };
    if job.options.writes_png() {
        // PNG files have bright values high.
        content.inverted = 0;
    }
    Ok((content, text))
}

/// Returns the classes of images or of contours in the order of their numbers, for formats that number them.
fn class_names(
    job: &ManifestJob<'_>,
    classes: &ImageClasses,
    categories: &[String],
) -> BTreeMap<String, Vec<String>> {
    let format = job.options.format;
    let mut named = BTreeMap::new();
    if format.has_outlines() {
        named.insert("contours".to_owned(), categories.to_vec());
    } else if format.has_classes() {
        named.insert("images".to_owned(), classes.names.clone());
    }
    named
}

/// Returns what writing the format would come to, without writing it: the images are those that are
/// selected now.
pub(super) fn recount(job: &ManifestJob<'_>) -> Result<ManifestContent, ManifestError> {
    let outlines = job.options.format.has_outlines();
    let categories =
        if outlines { image::categories(job.catalog, job.options)? } else { Vec::new() };
    let classes = ImageClasses::new(job.options)?;
    let mut tally = ImageTally::new(job.options.label.is_some());
    let mut images = ManifestImages::start(job.catalog, job.source, job.options, job.path_style)?;
    // Which attributes remain in a stripped header does not depend on the key.
    let uid_key = PseudonymKey::of_process();
    let requests = Requests::default();
    while let Some(mut batch) = images.next()? {
        if job.options.format.copies_headers() {
            // A header that cannot be read is not counted; its file is reported by itself.
            let (options, root) = (job.options, &job.root);
            let inspect = |_: &mut (), mut image: ManifestImage| {
                let _ = formats::note_identifying(options, root, &uid_key, &mut image);
                image
            };
            batch = requests.map(batch, || (), inspect);
            job.root.check()?;
        }
        batch.iter().for_each(|image| tally.add(image));
    }
    let classes = class_names(job, &classes, &categories);
    Ok(ManifestContent { classes, ..tally.finish() })
}
