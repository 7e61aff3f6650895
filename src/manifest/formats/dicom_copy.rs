//! DICOM files that a format hands on: their headers as they are, or by the basic profile.

use std::fs::{self, File};
use std::io::{self, Cursor, Read, Write};
use std::path::Path;

use super::job::{AddFailure, FormatJob};
use crate::disk::{io_error, open_regular};
use crate::manifest::image::ManifestImage;
use crate::manifest::image_root::ImageRoot;
use crate::manifest::request::ManifestOptions;
use crate::manifest::selection::ExclusionReason;
use crate::sources::dicom::{
    ByteSource, DeidentificationError, DeidentifiedHeader, FileWindow, identifying_attributes,
};
use crate::sources::profile::PseudonymKey;
use crate::sources::stored_file::StoredFile;

/// How much is copied at a time: objects of a store are read in steps as long as the buffer.
const STEP: usize = 1 << 20;

/// The content of a DICOM file: a header in memory, and the rest of the file.
pub struct DicomCopy {
    header: Cursor<Vec<u8>>,
    file: StoredFile,
    /// Where the rest begins and ends.
    offset: u64,
    end: u64,
    /// Length in bytes.
    pub size: u64,
}

impl DicomCopy {
    /// The whole of a file on disk.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn of_file(path: &Path) -> io::Result<Self> {
        Self::whole(StoredFile::Local(open_regular(path)?))
    }

    /// A file that grows meanwhile must not shift what follows: its length is that of now.
    fn whole(file: StoredFile) -> io::Result<Self> {
        let size = file.length()?;
        Ok(Self { header: Cursor::default(), file, offset: 0, end: size, size })
    }
}

impl Read for DicomCopy {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.header.read(buffer)?;
        let rest = usize::try_from(self.end - self.offset).unwrap_or(usize::MAX);
        let length = rest.min(buffer.len());
        if count > 0 || length == 0 {
            return Ok(count);
        }
        let count = self.file.read_at(&mut buffer[..length], self.offset)?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.offset += count as u64;
        Ok(count)
    }
}

/// Notes the identifying attributes of an image's header. Where headers are stripped, its SOP Instance
/// UID becomes the one that the stripped file has.
pub fn inspect(job: &FormatJob, image: &mut ManifestImage) -> Result<(), AddFailure> {
    note_identifying(&job.options, &job.root, &job.uid_key, image)
}

/// The same without a format that is written.
pub fn note_identifying(
    options: &ManifestOptions,
    root: &ImageRoot,
    uid_key: &PseudonymKey,
    image: &mut ManifestImage,
) -> Result<(), AddFailure> {
    let identifying = if options.strip_identifiers {
        let (header, _) = deidentified(root, uid_key, image)?;
        image.sop_instance_uid = header.sop_instance_uid;
        header.identifying
    } else {
        let read = |file: StoredFile| {
            identifying_attributes(&mut FileWindow::new(&file, file.length()?, Vec::new()))
        };
        root.open(&image.path).and_then(read).map_err(|error| unreadable(image, error))?
    };
    image.identifying = Some(identifying.into_iter().collect());
    Ok(())
}

/// Opens the file of an image for a copy of it.
pub fn open(job: &FormatJob, image: &ManifestImage) -> Result<DicomCopy, AddFailure> {
    if job.options.strip_identifiers {
        let (header, file) = deidentified(&job.root, &job.uid_key, image)?;
        let pixels = header.pixels.unwrap_or_default();
        let size = header.bytes.len() as u64 + (pixels.end - pixels.start);
        let header = Cursor::new(header.bytes);
        return Ok(DicomCopy { header, file, offset: pixels.start, end: pixels.end, size });
    }
    let file = job.root.open(&image.path);
    file.and_then(DicomCopy::whole).map_err(|error| unreadable(image, error))
}

/// Writes the copy of an image to a file, which is removed again where the image cannot be read to its end.
pub fn write(job: &FormatJob, image: &ManifestImage, target: &Path) -> Result<(), AddFailure> {
    let mut copy = open(job, image)?;
    let mut file = File::create(target).map_err(io_error("write", target))?;
    let length = usize::try_from(copy.size).unwrap_or(usize::MAX).clamp(1, STEP);
    let mut bytes = vec![0; length];
    loop {
        match copy.read(&mut bytes) {
            Ok(0) => return Ok(()),
            Ok(count) => file.write_all(&bytes[..count]).map_err(io_error("write", target))?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                fs::remove_file(target).map_err(io_error("remove", target))?;
                return Err(unreadable(image, error));
            }
        }
    }
}

fn deidentified(
    root: &ImageRoot,
    uid_key: &PseudonymKey,
    image: &ManifestImage,
) -> Result<(DeidentifiedHeader, StoredFile), AddFailure> {
    let read = || -> Result<(DeidentifiedHeader, StoredFile), DeidentificationError> {
        let file = root.open(&image.path)?;
        let mut window = FileWindow::new(&file, file.length()?, Vec::new());
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
