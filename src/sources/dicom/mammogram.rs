//! One DICOM file as a row of `images`, or the reason why it has none.

use std::io;

use dicom_core::Tag;
use dicom_dictionary_std::tags;

use super::attributes::AttributeTable;
use super::element::format_tag;
use super::file::read_header;
use super::header::DicomHeader;
use super::pixel_digest::{self, PixelDigest, ReadDepth};
use super::requested::RequestedTags;
use super::values::HeaderValues;
use super::walk::WalkEnd;
use super::window::FileWindow;
use super::{kind, projection, spacing};
use crate::records::image::{self, ImageDevice, ImageRecord};
use crate::records::issue::{Issue, IssueCode};
use crate::records::vendor;
use crate::records::view::SideView;

/// The outcome of one DICOM file.
#[derive(Debug)]
pub enum DicomVerdict {
    /// A mammogram.
    Image {
        /// Its row, the case not yet decided.
        image: Box<ImageRecord>,
        /// Patient ID (0010,0020), for the profile's rules and nothing else.
        patient_id: Option<String>,
        /// Patient Identity Removed (0012,0062) is YES.
        identity_removed: bool,
    },
    /// The directory of a medium.
    Directory,
    /// DICOM, but not a mammogram; what it is.
    Other(String),
    /// The header cannot be read; why.
    Broken(String),
}

/// What is known about a file before it is read.
#[derive(Debug, Clone, Copy)]
pub struct FileFacts<'a> {
    /// Path relative to the root.
    pub path: &'a str,
    /// The view that the file's name gives, by the profile.
    pub view: Option<&'a SideView>,
    /// Length in bytes.
    pub size: u64,
    /// Last change, milliseconds since 1970 UTC.
    pub modified_ms: Option<i64>,
}

/// Reads headers into rows.
pub struct MammogramReader {
    attributes: AttributeTable,
    extra: RequestedTags,
    wanted: Vec<Tag>,
    depth: ReadDepth,
}

impl MammogramReader {
    /// A reader that takes these attributes besides those that the rules need, and these further
    /// ones as text.
    pub fn new(attributes: AttributeTable, extra: RequestedTags) -> Self {
        let mut wanted: Vec<Tag> =
            attributes.wanted().iter().copied().chain(extra.wanted()).collect();
        wanted.sort_unstable();
        wanted.dedup();
        Self { attributes, extra, wanted, depth: ReadDepth::Header }
    }

    /// The same reader with another depth.
    pub fn with_depth(self, depth: ReadDepth) -> Self {
        Self { depth, ..self }
    }

    /// How far files are read.
    pub fn depth(&self) -> ReadDepth {
        self.depth
    }

    /// Reads one file. `values` lends its memory.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn read(
        &self,
        window: &mut FileWindow<'_>,
        file: FileFacts<'_>,
        values: &mut HeaderValues,
        issues: &mut Vec<Issue>,
    ) -> io::Result<DicomVerdict> {
        let header = read_header(window, &self.wanted, std::mem::take(values))?;
        let mut verdict = self.classify(&header, file, issues);
        if let DicomVerdict::Image { image, .. } = &mut verdict
            && self.depth == ReadDepth::Pixels
            && *header.end() == WalkEnd::Pixels(0)
        {
            image.pixel_hash = hash_pixels(window, &header, file.path, issues);
        }
        *values = header.into_values();
        Ok(verdict)
    }

    fn classify(
        &self,
        header: &DicomHeader,
        file: FileFacts<'_>,
        issues: &mut Vec<Issue>,
    ) -> DicomVerdict {
        let model = header.text(tags::MANUFACTURER_MODEL_NAME).map(|m| vendor::model(&m));
        let known = model.as_ref().is_some_and(|m| m.family.is_some());
        let mammogram_type = match kind::decide(header, known) {
            kind::ObjectKind::Directory => return DicomVerdict::Directory,
            kind::ObjectKind::Mammogram(kind) => kind,
            kind::ObjectKind::Other => return other(header),
        };
        if let Some(broken) = check_end(header, file.path, issues) {
            return broken;
        }
        let size = header.unsigned_short(tags::ROWS).zip(header.unsigned_short(tags::COLUMNS));
        let software = model.as_ref().and_then(|m| m.software.clone());
        let device = ImageDevice {
            vendor: self.vendor(header, file.path, issues),
            model_family: model.and_then(|m| m.family),
            software: software.or_else(|| header.string(tags::SOFTWARE_VERSIONS)),
        };
        let image_type = header.text(tags::IMAGE_TYPE);
        let image = ImageRecord {
            case_id: None,
            path: file.path.to_owned(),
            sop_instance_uid: header.string(tags::SOP_INSTANCE_UID),
            sop_class_uid: header.sop_class().map(std::borrow::Cow::into_owned),
            projection: projection::decide(header, file.view, file.path, issues),
            file_view: file.view.map(SideView::view),
            mammogram_type,
            device,
            stereo: image_type.is_some_and(|text| image::is_stereo(&text)),
            size_px: size.map(|(rows, columns)| [rows.into(), columns.into()]),
            spacing: spacing::decide(header),
            transfer_syntax_uid: header.transfer_syntax().map(str::to_owned),
            size_bytes: file.size,
            modified_ms: file.modified_ms,
            header_fingerprint: header.fingerprint(self.attributes.wanted()),
            pixel_hash: None,
            attributes: self.attributes.values(header, file.path, issues),
            tags: self.extra.read(header, file.path, issues),
        };
        if image.spacing.is_none() {
            let message = "no attribute gives the pixel spacing: measures in mm are null";
            issues.push(Issue::new(IssueCode::SpacingUnknown, file.path, message));
        }
        if image.sop_instance_uid.is_none() {
            let message = "the image has no SOP Instance UID";
            issues.push(Issue::new(IssueCode::SopMissing, file.path, message).at("(0008,0018)"));
        }
        let patient_id = header.string(tags::PATIENT_ID);
        let identity_removed = header.flag(tags::PATIENT_IDENTITY_REMOVED) == Some(true);
        DicomVerdict::Image { image: Box::new(image), patient_id, identity_removed }
    }

    fn vendor(&self, header: &DicomHeader, file: &str, issues: &mut Vec<Issue>) -> Option<String> {
        let raw = header.text(tags::MANUFACTURER)?;
        let vendor = vendor::vendor(&raw);
        if !vendor.known {
            let message = "the manufacturer is not in the vocabulary; its text is used unchanged";
            issues.push(
                Issue::new(IssueCode::VendorUnknown, file, message).at("(0008,0070)").value(raw),
            );
        }
        Some(vendor.name)
    }
}

/// The hash of the image's pixels; absent, with an issue, when they cannot be hashed.
fn hash_pixels(
    window: &mut FileWindow<'_>,
    header: &DicomHeader,
    file: &str,
    issues: &mut Vec<Issue>,
) -> Option<String> {
    let issue = match pixel_digest::hash(window, header) {
        Ok(PixelDigest::Hash(hash)) => return Some(hash),
        Ok(PixelDigest::Missing) => {
            Issue::new(IssueCode::PixelsMissing, file, "the file has no pixels")
        }
        Ok(PixelDigest::Cut) => Issue::new(
            IssueCode::DicomTruncated,
            file,
            "the file is cut or damaged within its pixels",
        ),
        Err(error) => Issue::new(
            IssueCode::PixelsUnreadable,
            file,
            format!("the pixels cannot be read: {error}"),
        ),
    };
    issues.push(issue.at("(7FE0,0010)"));
    None
}

fn other(header: &DicomHeader) -> DicomVerdict {
    let modality = header.text(tags::MODALITY);
    let class = header.sop_class();
    match (modality, class, header.end()) {
        (Some(modality), ..) => {
            DicomVerdict::Other(format!("DICOM of modality {modality}, not a mammogram"))
        }
        (None, Some(_), _) => {
            DicomVerdict::Other("DICOM without a modality, not a mammogram".into())
        }
        (None, None, WalkEnd::Truncated(_)) => DicomVerdict::Broken(
            "the file ends within its header, before its class and modality".into(),
        ),
        (None, None, WalkEnd::Malformed(tag, why)) => DicomVerdict::Broken(format!(
            "the header cannot be read at {}: {why}",
            format_tag(*tag)
        )),
        (None, None, WalkEnd::Whole) if header.is_empty() => {
            DicomVerdict::Broken("no attribute could be read".into())
        }
        _ => DicomVerdict::Other("DICOM with neither class nor modality".into()),
    }
}

/// The outcome of a file whose header is cut or malformed; absent otherwise. Pixels that are cut
/// are an error, but the image has its row.
fn check_end(header: &DicomHeader, file: &str, issues: &mut Vec<Issue>) -> Option<DicomVerdict> {
    match header.end() {
        // Rows are type 1 in every image (PS3.3 C.7.6.3): a file cut between two attributes lacks them.
        WalkEnd::Whole if header.unsigned_short(tags::ROWS).is_none() => {
            let message = "the header ends before Rows: the file is cut, or is not an image";
            issues.push(Issue::new(IssueCode::RowsMissing, file, message).at("(0028,0010)"));
            None
        }
        WalkEnd::Whole => {
            let message = "the file has no pixels";
            issues.push(Issue::new(IssueCode::PixelsMissing, file, message).at("(7FE0,0010)"));
            None
        }
        WalkEnd::Pixels(0) => None,
        WalkEnd::Pixels(missing) => {
            let message = format!("the file is cut: {missing} bytes of its pixels are missing");
            issues.push(Issue::new(IssueCode::DicomTruncated, file, message).at("(7FE0,0010)"));
            None
        }
        WalkEnd::Truncated(tag) => Some(DicomVerdict::Broken(format!(
            "the file ends within its header, at {}",
            format_tag(*tag)
        ))),
        WalkEnd::Malformed(tag, why) => Some(DicomVerdict::Broken(format!(
            "the header cannot be read at {}: {why}",
            format_tag(*tag)
        ))),
    }
}
