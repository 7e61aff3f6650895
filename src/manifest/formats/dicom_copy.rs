//! DICOM files that a format hands on: their headers as they are, or by the basic profile.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom, Take};

use super::job::{AddFailure, FormatJob};
use crate::disk::open_regular;
use crate::manifest::image::ManifestImage;
use crate::manifest::request::ManifestOptions;
use crate::manifest::selection::ExclusionReason;
use crate::sources::dicom::{
    DeidentificationError, DeidentifiedHeader, FileWindow, identifying_attributes,
};
use crate::sources::profile::PseudonymKey;

/// The content of a DICOM file: a header in memory, and the rest of the file.
pub struct DicomCopy {
    content: io::Chain<Cursor<Vec<u8>>, Take<File>>,
    /// Length in bytes.
    pub size: u64,
}

impl Read for DicomCopy {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.content.read(buffer)
    }
}

/// Notes the identifying attributes of an image's header. Where headers are stripped, its SOP Instance
/// UID becomes the one that the stripped file has.
pub fn inspect(job: &FormatJob, image: &mut ManifestImage) -> Result<(), AddFailure> {
    note_identifying(&job.options, &job.uid_key, image)
}

/// The same without a format that is written.
pub fn note_identifying(
    options: &ManifestOptions,
    uid_key: &PseudonymKey,
    image: &mut ManifestImage,
) -> Result<(), AddFailure> {
    let identifying = if options.strip_identifiers {
        let (header, _) = deidentified(uid_key, image)?;
        image.sop_instance_uid = header.sop_instance_uid;
        header.identifying
    } else {
        let read = |file: File| {
            let length = file.metadata()?.len();
            identifying_attributes(&mut FileWindow::new(&file, length, Vec::new()))
        };
        open_regular(&image.file).and_then(read).map_err(|error| unreadable(image, error))?
    };
    image.identifying = Some(identifying.into_iter().collect());
    Ok(())
}

/// Opens the file of an image for a copy of it.
pub fn open(job: &FormatJob, image: &ManifestImage) -> Result<DicomCopy, AddFailure> {
    if job.options.strip_identifiers {
        let (header, mut file) = deidentified(&job.uid_key, image)?;
        let pixels = header.pixels.unwrap_or_default();
        file.seek(SeekFrom::Start(pixels.start)).map_err(|error| unreadable(image, error))?;
        let length = pixels.end - pixels.start;
        let size = header.bytes.len() as u64 + length;
        return Ok(DicomCopy { content: Cursor::new(header.bytes).chain(file.take(length)), size });
    }
    let file = open_regular(&image.file).map_err(|error| unreadable(image, error))?;
    // A file that grows meanwhile must not shift what follows.
    let size = file.metadata().map_err(|error| unreadable(image, error))?.len();
    Ok(DicomCopy { content: Cursor::new(Vec::new()).chain(file.take(size)), size })
}

fn deidentified(
    uid_key: &PseudonymKey,
    image: &ManifestImage,
) -> Result<(DeidentifiedHeader, File), AddFailure> {
    let read = || -> Result<(DeidentifiedHeader, File), DeidentificationError> {
        let file = open_regular(&image.file)?;
        let length = file.metadata()?.len();
        let mut window = FileWindow::new(&file, length, Vec::new());
        let header = DeidentifiedHeader::read(&mut window, uid_key)?;
        Ok((header, file))
    };
    read().map_err(|error| match error {
        DeidentificationError::Io(error) => unreadable(image, error),
        DeidentificationError::Header(_) => {
            AddFailure::rejected(ExclusionReason::Identifying, image, error)
        }
    })
}

fn unreadable(image: &ManifestImage, error: io::Error) -> AddFailure {
    AddFailure::rejected(ExclusionReason::Unreadable, image, error)
}
