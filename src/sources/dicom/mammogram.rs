//! One DICOM file as a row of `images`, or the reason why it has none.

use std::io;

use dicom_core::Tag;
use dicom_dictionary_std::{tags, uids};

use super::attributes::AttributeTable;
use super::element::format_tag;
use super::file::read_header;
use super::header::DicomHeader;
use super::kind::ObjectKind;
use super::pixel_digest::{self, PixelDigest, ReadDepth};
use super::pixel_length::PixelFault;
use super::requested::RequestedTags;
use super::rules::{RuleContext, RuleFacts};
use super::values::HeaderValues;
use super::walk::WalkEnd;
use super::wanted::TagScope;
use super::window::FileWindow;
use super::{kind, pixel_length, projection, spacing};
use crate::records::attribute::AttributeValue;
use crate::records::image::{self, ImageDevice, ImageRecord};
use crate::records::issue::{Issue, IssueCode};
use crate::records::vendor;
use crate::records::view::SideView;
use crate::text::counted;

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
        if let DicomVerdict::Image { image, .. } = &mut verdict {
            let fault = pixel_length::check(window, &header)?;
            if let Some(fault) = &fault {
                issues.extend(pixel_issue(&header, fault, file.path));
            } else if self.depth == ReadDepth::Pixels && *header.end() == WalkEnd::Pixels(0) {
                image.pixel_hash = hash_pixels(window, &header, file.path, issues);
            }
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
        let vendor = header.text(tags::MANUFACTURER).map(|raw| vendor::vendor(&raw));
        let context = RuleContext {
            file_view: file.view,
            model_family: model.as_ref().and_then(|m| m.family.as_deref()),
            vendor: vendor.as_ref().map(|vendor| vendor.name.as_str()),
        };
        let facts = RuleFacts::new(header, context);
        if let Some(verdict) = not_a_mammogram(header, &facts, file, issues) {
            return verdict;
        }
        let mammogram_type = kind::mammogram_type(&facts);
        let signs = kind::special_view_signs(&facts);
        let mut attributes =
            self.attributes.values(header, context.model_family, file.path, issues);
        self.complete_intent(header, &mut attributes);
        let compression_force_source = self.compression_force_source(header, context.model_family);
        doubtful_text(header, file.path, issues);
        let size = header.unsigned_short(tags::ROWS).zip(header.unsigned_short(tags::COLUMNS));
        let device = device(header, vendor, model, file.path, issues);
        let projection = projection::decide(header, file.view, file.path, issues);
        let image = ImageRecord {
            case_id: None,
            path: file.path.to_owned(),
            sop_instance_uid: header.string(tags::SOP_INSTANCE_UID),
            sop_class_uid: header.sop_class().map(std::borrow::Cow::into_owned),
            not_standard_because: image::not_standard_because(&projection, mammogram_type, signs),
            compression_force_source,
            projection,
            file_view: file.view.map(SideView::view),
            mammogram_type,
            device,
            size_px: size.map(|(rows, columns)| [rows.into(), columns.into()]),
            spacing: spacing::decide(header, file.path, issues),
            transfer_syntax_uid: header.transfer_syntax().map(str::to_owned),
            size_bytes: file.size,
            modified_ms: file.modified_ms,
            header_fingerprint: header.fingerprint(self.attributes.wanted()),
            pixel_hash: None,
            attributes,
            tags: self.extra.read(header, file.path, issues),
        };
        issues.extend(unknown_values(&image));
        let patient_id = header.string(tags::PATIENT_ID);
        let identity_removed = header.flag(tags::PATIENT_IDENTITY_REMOVED) == Some(true);
        DicomVerdict::Image { image: Box::new(image), patient_id, identity_removed }
    }

    /// Origin of the compression force: as the header has it, or corrected by the device table;
    /// absent without a force.
    fn compression_force_source(
        &self,
        header: &DicomHeader,
        family: Option<&str>,
    ) -> Option<&'static str> {
        let tag = tags::COMPRESSION_FORCE;
        let nested = || {
            let text = TagScope::NESTED.iter().find_map(|scope| header.text_in(*scope, tag))?;
            text.split('\\').next()?.trim().parse().ok()
        };
        let force = header.number(tag).or_else(nested)?;
        let corrected = self.attributes.is_corrected(tag, force, family);
        Some(if corrected { "device_table" } else { "as_written" })
    }

    /// Fills in a Presentation Intent Type (0008,0068) that is missing, from the SOP class.
    fn complete_intent(&self, header: &DicomHeader, attributes: &mut [AttributeValue]) {
        let index = self.attributes.position(tags::PRESENTATION_INTENT_TYPE);
        let cell = index.and_then(|index| attributes.get_mut(index));
        if let Some(cell @ AttributeValue::Null) = cell
            && let Some(intent) = header.sop_class().as_deref().and_then(intent_of_class)
        {
            *cell = AttributeValue::Text(intent.into());
        }
    }
}

/// The presentation intent that a SOP class implies (PS3.4 B.5).
fn intent_of_class(class: &str) -> Option<&'static str> {
    match class {
        uids::DIGITAL_MAMMOGRAPHY_X_RAY_IMAGE_STORAGE_FOR_PRESENTATION
        | uids::DIGITAL_X_RAY_IMAGE_STORAGE_FOR_PRESENTATION
        | uids::BREAST_PROJECTION_X_RAY_IMAGE_STORAGE_FOR_PRESENTATION => Some("FOR PRESENTATION"),
        uids::DIGITAL_MAMMOGRAPHY_X_RAY_IMAGE_STORAGE_FOR_PROCESSING
        | uids::DIGITAL_X_RAY_IMAGE_STORAGE_FOR_PROCESSING
        | uids::BREAST_PROJECTION_X_RAY_IMAGE_STORAGE_FOR_PROCESSING => Some("FOR PROCESSING"),
        _ => None,
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

/// The verdict on a file that is not a mammogram, or too damaged to decide.
fn other(header: &DicomHeader, is_certain: bool) -> DicomVerdict {
    let modality = header.text(tags::MODALITY);
    let class = header.sop_class();
    match (modality, class, header.end()) {
        (_, _, WalkEnd::Truncated(tag)) if !is_certain => DicomVerdict::Broken(format!(
            "the file ends within its header, at {}, before it is known what it holds",
            format_tag(*tag)
        )),
        (_, _, WalkEnd::Malformed(tag, why)) if !is_certain => DicomVerdict::Broken(format!(
            "the header cannot be read at {}: {why}",
            format_tag(*tag)
        )),
        (Some(modality), ..) => {
            DicomVerdict::Other(format!("DICOM of modality {modality}, not a mammogram"))
        }
        (None, Some(_), _) => {
            DicomVerdict::Other("DICOM without a modality, not a mammogram".into())
        }
        (None, None, WalkEnd::Whole) if header.is_empty() => {
            DicomVerdict::Broken("no attribute could be read".into())
        }
        _ => DicomVerdict::Other("DICOM with neither class nor modality".into()),
    }
}

/// The finding on a file that is excluded though something indicates a breast.
fn excluded(
    file: FileFacts<'_>,
    reason: &str,
    evidence: &[&str],
    is_certain: bool,
) -> Option<Issue> {
    if evidence.is_empty() {
        return None;
    }
    let code = if is_certain { IssueCode::DicomExcluded } else { IssueCode::MammogramDoubtful };
    let message = format!("{reason}; but it has: {}", evidence.join(", "));
    Some(Issue::new(code, file.path, message))
}

/// The verdict on a header that is cut or malformed; absent otherwise. A file that is cut within the
/// attributes of frames has its row.
fn broken_header(header: &DicomHeader) -> Option<DicomVerdict> {
    match header.end() {
        WalkEnd::Whole | WalkEnd::Pixels(_) => None,
        WalkEnd::Truncated(_) | WalkEnd::Malformed(..) if header.reached_frames() => None,
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

/// The verdict on a file that is not a readable mammogram; absent for one that is.
fn not_a_mammogram(
    header: &DicomHeader,
    facts: &RuleFacts<'_>,
    file: FileFacts<'_>,
    issues: &mut Vec<Issue>,
) -> Option<DicomVerdict> {
    match kind::decide(facts) {
        ObjectKind::Directory => Some(DicomVerdict::Directory),
        ObjectKind::Mammogram => broken_header(header),
        ObjectKind::Other { evidence, is_certain } => {
            let verdict = other(header, is_certain);
            if let DicomVerdict::Other(reason) = &verdict {
                issues.extend(excluded(file, reason, &evidence, is_certain));
            }
            Some(verdict)
        }
    }
}

/// The device of an image; a vendor that the vocabulary lacks is a finding.
fn device(
    header: &DicomHeader,
    vendor: Option<vendor::Vendor>,
    model: Option<vendor::DeviceModel>,
    path: &str,
    issues: &mut Vec<Issue>,
) -> ImageDevice {
    if let Some(vendor) = vendor.as_ref().filter(|vendor| !vendor.known) {
        let message = "the manufacturer is not in the vocabulary; its text is used unchanged";
        let issue = Issue::new(IssueCode::VendorUnknown, path, message);
        issues.push(issue.at("(0008,0070)").value(&vendor.name));
    }
    let (family, software) = model.map_or((None, None), |model| (model.family, model.software));
    ImageDevice {
        vendor: vendor.map(|vendor| vendor.name),
        model_family: family,
        software: software.or_else(|| header.string(tags::SOFTWARE_VERSIONS)),
    }
}

/// Findings on values that measures and links need and the header lacks.
fn unknown_values(image: &ImageRecord) -> impl Iterator<Item = Issue> {
    let spacing = image.spacing.is_none().then(|| {
        let message = "no attribute gives the pixel spacing: measures in mm are null";
        Issue::new(IssueCode::SpacingUnknown, &*image.path, message)
    });
    let uid = image.sop_instance_uid.is_none().then(|| {
        let message = "the image has no SOP Instance UID";
        Issue::new(IssueCode::SopMissing, &*image.path, message).at("(0008,0018)")
    });
    spacing.into_iter().chain(uid)
}

/// The finding on pixels that are missing, cut or too short.
fn pixel_issue(header: &DicomHeader, fault: &PixelFault, file: &str) -> Option<Issue> {
    // Rows are type 1 in every image (PS3.3 C.7.6.3): a file cut between two attributes lacks them.
    if *fault == PixelFault::Missing && header.unsigned_short(tags::ROWS).is_none() {
        let message = "the header ends before Rows: the file is cut, or is not an image";
        return Some(Issue::new(IssueCode::RowsMissing, file, message).at("(0028,0010)"));
    }
    let (code, message) = match fault {
        PixelFault::Missing => (IssueCode::PixelsMissing, "the file has no pixels".to_owned()),
        PixelFault::NoFragment => {
            (IssueCode::PixelsMissing, "the compressed pixels have no fragment".to_owned())
        }
        PixelFault::NotEncapsulated => (
            IssueCode::PixelEncodingConflict,
            "the transfer syntax compresses pixels, these are not encapsulated".to_owned(),
        ),
        PixelFault::Encapsulated => (
            IssueCode::PixelEncodingConflict,
            "the pixels are encapsulated, the transfer syntax does not compress them".to_owned(),
        ),
        PixelFault::Cut(missing) => (
            IssueCode::DicomTruncated,
            format!("the file is cut: its pixels lack {}", counted(*missing, "byte")),
        ),
        PixelFault::Short(stored, needed) => (
            IssueCode::DicomTruncated,
            format!("the pixels have {}, the image needs {needed}", counted(*stored, "byte")),
        ),
        PixelFault::Undelimited => (
            IssueCode::DicomTruncated,
            "the compressed pixels are cut, or lack their end mark".to_owned(),
        ),
        PixelFault::BeforePixels => {
            (IssueCode::DicomTruncated, "the file is cut before its pixels".to_owned())
        }
    };
    Some(Issue::new(code, file, message).at("(7FE0,0010)"))
}

/// Findings on what the header says twice, in a damaged sequence or in another character set.
fn doubtful_text(header: &DicomHeader, file: &str, issues: &mut Vec<Issue>) {
    for tag in header.damaged_sequences() {
        let message = "the sequence is damaged; values of its items may be missing";
        issues.push(Issue::new(IssueCode::SequenceDamaged, file, message).at(format_tag(*tag)));
    }
    for tag in header.repeated() {
        let message =
            "the attribute occurs more than once with different values; the first is used";
        issues.push(Issue::new(IssueCode::AttributeRepeated, file, message).at(format_tag(tag)));
    }
    if let Some(tag) = header.misdeclared_text() {
        let message = "text does not fit the declared character set; it is read as what it fits";
        issues.push(Issue::new(IssueCode::CharacterSetConflict, file, message).at(format_tag(tag)));
    }
}
