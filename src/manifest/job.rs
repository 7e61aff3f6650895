//! What a manifest is written from, and what the writing came to.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::image_root::ImageRoot;
use super::path_style::PathStyle;
use super::request::ManifestOptions;
use super::selection::{LabelCounts, PartCounts};
use super::source::ManifestSource;
use crate::catalog::Catalog;
use crate::disk::{ChecksumWriter, WholeFile};
use crate::sources::profile::PseudonymKey;

/// The file of a manifest that is one file.
pub(super) type ManifestFile = ChecksumWriter<WholeFile>;

/// Identifying attributes that headers have filled in: counts and keywords, never a value.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentifyingHeaders {
    /// Files that were copied with their headers.
    pub files: u64,
    /// Those whose header has an identifying attribute filled in.
    pub identifying_files: u64,
    /// Files by the keyword of such an attribute.
    pub attributes: BTreeMap<String, u64>,
}

impl IdentifyingHeaders {
    /// Adds the header of a file, by the keywords of its identifying attributes.
    pub(super) fn add(&mut self, keywords: &[Cow<'static, str>]) {
        self.files += 1;
        self.identifying_files += u64::from(!keywords.is_empty());
        for keyword in keywords {
            *self.attributes.entry(keyword.to_string()).or_default() += 1;
        }
    }
}

/// What a manifest is written from.
pub(super) struct ManifestJob<'a> {
    pub catalog: &'a Catalog,
    pub source: &'a ManifestSource,
    pub options: &'a ManifestOptions,
    pub path_style: &'a PathStyle,
    /// The data set's folder or store.
    pub root: Arc<ImageRoot>,
    /// Patients and images that were selected.
    pub counts: PartCounts,
    /// The key of the UIDs in headers that are de-identified; absent where none are.
    pub uid_key: Option<PseudonymKey>,
}

/// What the writing came to.
#[derive(Default)]
pub(super) struct ManifestContent {
    pub rows: u64,
    pub counts: PartCounts,
    pub labels: LabelCounts,
    /// The columns of a table.
    pub columns: Vec<String>,
    /// The query of a table's rows.
    pub sql: Option<String>,
    /// The checksum of the selected images, for formats that are not tables.
    pub selection_sha256: Option<String>,
    /// Class numbers and their names, for formats that number classes.
    pub classes: BTreeMap<String, Vec<String>>,
    /// Identifying attributes in the headers that the format copies.
    pub identifying: IdentifyingHeaders,
    /// PNG files of images of several frames, one per frame.
    pub frames: u64,
    /// Images whose values are inverted (MONOCHROME1), for formats that hand on DICOM files.
    pub inverted: u64,
}
