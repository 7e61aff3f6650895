//! One DICOM file: a row of `images`, or why it is none.

use std::io;

use dicom_core::Tag;
use dicom_dictionary_std::tags;

use super::attributes::{Attributes, place};
use super::extra::Extra;
use super::header::{Header, Values};
use super::pixels::{self, Depth, Stored};
use super::walk::End;
use super::window::Window;
use super::{kind, projection, spacing};
use crate::records::image::{self, Device, Image};
use crate::records::issue::Issue;
use crate::records::vendor;
use crate::records::view::Pane;

/// What a DICOM file came to.
#[derive(Debug)]
pub enum Verdict {
    /// A mammogram.
    Image {
        /// Its row, the case not yet decided.
        image: Box<Image>,
        /// Patient ID (0010,0020), for the profile's rules and nothing else.
        patient_id: Option<String>,
        /// Patient Identity Removed (0012,0062) is YES.
        identity_removed: bool,
    },
    /// The directory of a medium.
    Directory,
    /// DICOM, but no mammogram; what it is.
    Other(String),
    /// It cannot be read; why.
    Broken(String),
}

/// The file that is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// Path relative to the root.
    pub path: &'a str,
    /// What the file's name says of the view, by the profile.
    pub pane: Option<&'a Pane>,
    /// Length in bytes.
    pub size: u64,
    /// Last change, milliseconds since 1970 UTC.
    pub modified_ms: Option<i64>,
}

/// Reads headers into rows.
pub struct Reader {
    attributes: Attributes,
    extra: Extra,
    wanted: Vec<Tag>,
    depth: Depth,
}

impl Reader {
    /// A reader that takes these attributes besides those that the rules need, and these further
    /// ones as text.
    pub fn new(attributes: Attributes, extra: Extra) -> Self {
        let mut wanted: Vec<Tag> =
            attributes.wanted().iter().copied().chain(extra.wanted()).collect();
        wanted.sort_unstable();
        wanted.dedup();
        Self { attributes, extra, wanted, depth: Depth::Header }
    }

    /// The same, which looks at pixels or does not.
    pub fn with(self, depth: Depth) -> Self {
        Self { depth, ..self }
    }

    /// Whether it looks at pixels.
    pub fn depth(&self) -> Depth {
        self.depth
    }

    /// Looks at one file. `values` lends its memory and comes back.
    ///
    /// # Errors
    /// What the system says when the file cannot be read.
    pub fn examine(
        &self,
        window: &mut Window<'_>,
        place: Place<'_>,
        values: &mut Values,
        issues: &mut Vec<Issue>,
    ) -> io::Result<Verdict> {
        let header = super::read(window, &self.wanted, std::mem::take(values))?;
        let mut verdict = self.judge(&header, place, issues);
        if let Verdict::Image { image, .. } = &mut verdict
            && self.depth == Depth::Pixels
            && *header.end() == End::Pixels(0)
        {
            image.pixel_hash = hash_pixels(window, &header, place.path, issues);
        }
        *values = header.into_values();
        Ok(verdict)
    }

    fn judge(&self, header: &Header, file: Place<'_>, issues: &mut Vec<Issue>) -> Verdict {
        let model = header.text(tags::MANUFACTURER_MODEL_NAME).map(|m| vendor::model(&m));
        let known = model.as_ref().is_some_and(|m| m.family.is_some());
        let mammogram_type = match kind::decide(header, known) {
            kind::Kind::Directory => return Verdict::Directory,
            kind::Kind::Mammogram(kind) => kind,
            kind::Kind::Other => return other(header),
        };
        if let Some(broken) = check_end(header, file.path, issues) {
            return broken;
        }
        let size = header.short(tags::ROWS).zip(header.short(tags::COLUMNS));
        let software = model.as_ref().and_then(|m| m.software.clone());
        let device = Device {
            vendor: self.vendor(header, file.path, issues),
            model_family: model.and_then(|m| m.family),
            software: software.or_else(|| header.string(tags::SOFTWARE_VERSIONS)),
        };
        let image_type = header.text(tags::IMAGE_TYPE);
        let image = Image {
            case_id: None,
            path: file.path.to_owned(),
            sop_instance_uid: header.string(tags::SOP_INSTANCE_UID),
            sop_class_uid: header.sop_class().map(std::borrow::Cow::into_owned),
            projection: projection::decide(header, file.pane, file.path, issues),
            file_view: file.pane.map(Pane::view),
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
            let message = "no attribute gives the distance of pixels: nothing in mm is known";
            issues.push(Issue::new("spacing-unknown", file.path, message));
        }
        if image.sop_instance_uid.is_none() {
            let message = "the image has no SOP Instance UID";
            issues.push(Issue::new("sop-missing", file.path, message).at("(0008,0018)"));
        }
        let patient_id = header.string(tags::PATIENT_ID);
        let identity_removed = header.flag(tags::PATIENT_IDENTITY_REMOVED) == Some(true);
        Verdict::Image { image: Box::new(image), patient_id, identity_removed }
    }

    fn vendor(&self, header: &Header, file: &str, issues: &mut Vec<Issue>) -> Option<String> {
        let raw = header.text(tags::MANUFACTURER)?;
        let vendor = vendor::vendor(&raw);
        if !vendor.known {
            let message = "the manufacturer is not in the vocabulary; its text was taken as it is";
            issues.push(Issue::new("vendor-unknown", file, message).at("(0008,0070)").value(raw));
        }
        Some(vendor.name)
    }
}

/// The hash of the image's pixels; what keeps it from being known is an issue.
fn hash_pixels(
    window: &mut Window<'_>,
    header: &Header,
    file: &str,
    issues: &mut Vec<Issue>,
) -> Option<String> {
    let issue = match pixels::hash(window, header) {
        Ok(Stored::Hash(hash)) => return Some(hash),
        Ok(Stored::Missing) => Issue::new("pixels-missing", file, "the file holds no pixels"),
        Ok(Stored::Cut) => {
            Issue::new("dicom-truncated", file, "the file is cut or damaged within its pixels")
        }
        Err(error) => {
            Issue::new("pixels-unreadable", file, format!("the pixels cannot be read: {error}"))
        }
    };
    issues.push(issue.at("(7FE0,0010)"));
    None
}

fn other(header: &Header) -> Verdict {
    let modality = header.text(tags::MODALITY);
    let class = header.sop_class();
    match (modality, class, header.end()) {
        (Some(modality), ..) => {
            Verdict::Other(format!("DICOM of modality {modality}, no mammogram"))
        }
        (None, Some(_), _) => Verdict::Other("DICOM without a modality, no mammogram".into()),
        (None, None, End::Truncated(_)) => {
            Verdict::Broken("the file ends within its header, before it says what it is".into())
        }
        (None, None, End::Malformed(tag, why)) => {
            Verdict::Broken(format!("the header cannot be read at {}: {why}", place(*tag)))
        }
        (None, None, End::Whole) if header.is_empty() => {
            Verdict::Broken("no attribute could be read".into())
        }
        _ => Verdict::Other("DICOM that says neither its class nor its modality".into()),
    }
}

/// A header that is not whole makes no row; pixels that are cut make a row and an error.
fn check_end(header: &Header, file: &str, issues: &mut Vec<Issue>) -> Option<Verdict> {
    match header.end() {
        // Rows are type 1 in every image (PS3.3 C.7.6.3): a file cut between two attributes lacks them.
        End::Whole if header.short(tags::ROWS).is_none() => {
            let message = "the header ends before Rows: the file is cut, or holds no image";
            issues.push(Issue::new("rows-missing", file, message).at("(0028,0010)"));
            None
        }
        End::Whole => {
            let message = "the file holds no pixels";
            issues.push(Issue::new("pixels-missing", file, message).at("(7FE0,0010)"));
            None
        }
        End::Pixels(0) => None,
        End::Pixels(missing) => {
            let message = format!("the file is cut: {missing} bytes of its pixels are missing");
            issues.push(Issue::new("dicom-truncated", file, message).at("(7FE0,0010)"));
            None
        }
        End::Truncated(tag) => {
            Some(Verdict::Broken(format!("the file ends within its header, at {}", place(*tag))))
        }
        End::Malformed(tag, why) => {
            Some(Verdict::Broken(format!("the header cannot be read at {}: {why}", place(*tag))))
        }
    }
}
