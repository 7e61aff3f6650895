//! The formats of trainers: images one after the other, with their contours.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::error::ManifestError;
use super::formats::{self, FormatJob};
use super::image::{self, ImageClasses, ManifestImage, ManifestImages};
use super::job::{ManifestContent, ManifestJob};
use super::selection::Exclusions;
use crate::disk::io_error;

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
    let mut named = BTreeMap::new();
    if outlines {
        named.insert("contours".to_owned(), categories.clone());
    } else if format.has_classes() {
        named.insert("images".to_owned(), classes.names.clone());
    }
    let mut writer = formats::writer(FormatJob {
        name: job.source.name().to_string(),
        folder: folder.to_owned(),
        parts,
        is_split,
        classes,
        categories,
        options: job.options.clone(),
        root: job.root.canonicalize().map_err(io_error("find", job.root))?,
        snapshot: job.catalog.snapshot().id,
    })?;
    let hands_on_dicom = !job.options.writes_png();
    let mut content = ManifestContent { classes: named, ..ManifestContent::default() };
    let mut cases = BTreeSet::new();
    let mut images =
        ManifestImages::start(job.catalog, job.source, job.options, job.path_style, job.root)?;
    while let Some(batch) = images.next()? {
        for image in formats::add_all(writer.as_mut(), batch, exclusions)? {
            count(&image, job.options.label.is_some(), &mut cases, &mut content);
            content.inverted += u64::from(hands_on_dicom && image.is_inverted());
        }
    }
    let text = writer.finish()?;
    content.selection_sha256 = Some(images.sha256());
    Ok((content, text))
}

/// Adds an image to the counts.
fn count(
    image: &ManifestImage,
    has_label: bool,
    cases: &mut BTreeSet<(Option<String>, String)>,
    content: &mut ManifestContent,
) {
    content.rows += 1;
    if let Some(keywords) = &image.identifying {
        content.identifying.add(keywords);
    }
    let key = (image.split.clone(), image.diagnosis.clone());
    let group = content.counts.entry(key).or_default();
    group.images += 1;
    if cases.insert((image.split.clone(), image.case_id.clone())) {
        group.patients += 1;
    }
    if has_label {
        let label = image.label.map(|label| label.to_string());
        *content.labels.entry((image.split.clone(), label)).or_default() += 1;
    }
}
