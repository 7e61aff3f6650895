//! One member, inflated only as far as it is read.

use std::cell::{Cell, RefCell};
use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError};

use flate2::Crc;
use flate2::read::DeflateDecoder;

use super::super::dicom::ByteSource;
use super::super::sniff;
use super::super::stored_file::StoredFile;
use super::open_archive::{OpenArchive, ZipEntry, ZipMethod};

/// How much of a member is inflated to read a header: some makers put pixels into private
/// attributes before it ends.
const MAX_INFLATED: u64 = 64 * 1024 * 1024;
/// How long a member may be that is read whole, a table or an annotation.
const MAX_WHOLE: u64 = 128 * 1024 * 1024;
/// How much of a compressed member is fetched at a time: a header takes little.
const STEP: usize = 8 * 1024;
/// Length of a local header without its name and extra field.
const LOCAL_HEADER: u64 = 30;

/// Decoders to be used again: each is forty KiB, and a data set may have a million members.
pub type DecoderPool = Mutex<Vec<DeflateDecoder<MemberData>>>;

/// The archive as one member reads it.
#[derive(Clone)]
enum MemberSource {
    /// All members of a file on disk share it.
    Shared(Arc<OpenArchive>),
    /// Each member of an archive in a store has its own part in memory.
    Own(Arc<StoredFile>),
}

impl MemberSource {
    fn new(archive: Arc<OpenArchive>) -> Self {
        match &archive.file {
            StoredFile::Local(_) => Self::Shared(archive),
            StoredFile::Remote(object) => Self::Own(Arc::new(StoredFile::Remote(object.fresh()))),
        }
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        match self {
            Self::Shared(archive) => archive.file.read_at(buffer, offset),
            Self::Own(file) => file.read_at(buffer, offset),
        }
    }
}

/// One member of an archive.
pub struct ArchiveMember {
    source: MemberSource,
    entry: ZipEntry,
    start: u64,
    decoders: Arc<DecoderPool>,
    stream: RefCell<Option<InflateState>>,
    sum: RefCell<MemberChecksum>,
    inflated: Cell<u64>,
    limit: u64,
}

/// The progress of inflating: it goes forward only.
struct InflateState {
    decoder: DeflateDecoder<MemberData>,
    at: u64,
}

/// The checksum of a member's bytes, from the first on until the first gap in reading.
#[derive(Default)]
struct MemberChecksum {
    at: u64,
    crc: Crc,
}

impl MemberChecksum {
    /// Takes what was read at `offset`; nothing counts twice, and nothing beyond a gap.
    fn take(&mut self, offset: u64, bytes: &[u8]) {
        let known = self.at.checked_sub(offset).and_then(|known| usize::try_from(known).ok());
        let fresh = known.and_then(|known| bytes.get(known..)).unwrap_or_default();
        self.crc.update(fresh);
        self.at += fresh.len() as u64;
    }
}

/// The bytes of a member in the archive, not inflated.
pub struct MemberData {
    source: MemberSource,
    at: u64,
    end: u64,
}

impl Read for MemberData {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let rest = usize::try_from(self.end.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let length = rest.min(buffer.len());
        let count = self.source.read_at(&mut buffer[..length], self.at)?;
        self.at += count as u64;
        Ok(count)
    }
}

impl ArchiveMember {
    /// A member, ready to be read.
    ///
    /// # Errors
    /// When it does not exist, is encrypted, is compressed by an unknown method, or has a damaged header.
    pub fn new(
        archive: Arc<OpenArchive>,
        index: u32,
        decoders: Arc<DecoderPool>,
    ) -> io::Result<Self> {
        let entry = archive.entries.get(index as usize).copied();
        let entry = entry.ok_or_else(|| io::Error::other("the archive has no such member"))?;
        match entry.method {
            ZipMethod::Encrypted => return Err(io::Error::other("it is encrypted")),
            ZipMethod::Unknown => {
                return Err(io::Error::other("its compression method is not supported"));
            }
            ZipMethod::Stored | ZipMethod::Deflated => {}
        }
        let source = MemberSource::new(archive);
        let mut head = [0; LOCAL_HEADER as usize];
        let end = entry.header.saturating_add(LOCAL_HEADER);
        MemberData { source: source.clone(), at: entry.header, end }.read_exact(&mut head)?;
        if !sniff::is_zip_member(&head) {
            return Err(io::Error::other("its header is damaged"));
        }
        let length =
            |offset: usize| u64::from(u16::from_le_bytes([head[offset], head[offset + 1]]));
        let start = entry.header.saturating_add(LOCAL_HEADER + length(26) + length(28));
        Ok(Self {
            source,
            entry,
            start,
            decoders,
            stream: RefCell::default(),
            sum: RefCell::default(),
            inflated: Cell::new(0),
            limit: MAX_INFLATED,
        })
    }

    fn stored(&self, offset: u64) -> MemberData {
        let end = self.start.saturating_add(self.entry.packed);
        let position = self.start.saturating_add(offset);
        MemberData { source: self.source.clone(), at: position, end }
    }

    /// From its first byte on.
    fn begin(&self) -> InflateState {
        let spare = self.decoders.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let decoder = match spare {
            Some(mut decoder) => {
                decoder.reset(self.stored(0));
                decoder
            }
            None => DeflateDecoder::new_with_buf(self.stored(0), vec![0; STEP]),
        };
        InflateState { decoder, at: 0 }
    }

    /// Lets it be inflated to its end: pixels are to be read.
    pub fn inflate_whole(&mut self) {
        self.limit = self.limit.max(self.entry.size.saturating_add(64 * 1024));
    }

    /// The whole member.
    ///
    /// # Errors
    /// When it is too long, or damaged.
    pub fn whole(&self) -> io::Result<Vec<u8>> {
        let size = self.entry.size;
        if size > MAX_WHOLE {
            let text = "a table or annotation of more than 128 MiB is not read from an archive";
            return Err(io::Error::other(text));
        }
        let mut bytes = Vec::new();
        match self.entry.method {
            ZipMethod::Deflated => {
                DeflateDecoder::new(self.stored(0)).take(size + 1).read_to_end(&mut bytes)?;
            }
            _ => {
                self.stored(0).take(size + 1).read_to_end(&mut bytes)?;
            }
        }
        let mut sum = MemberChecksum::default();
        sum.take(0, &bytes);
        if sum.at != size || sum.crc.sum() != self.entry.crc {
            return Err(damaged());
        }
        Ok(bytes)
    }

    fn inflate(&self, stream: &mut InflateState, buffer: &mut [u8]) -> io::Result<usize> {
        let count = stream.decoder.read(buffer)?;
        self.sum.borrow_mut().take(stream.at, &buffer[..count]);
        stream.at += count as u64;
        self.count(count)?;
        self.check()?;
        Ok(count)
    }

    /// Once all was read, its checksum must fit.
    fn check(&self) -> io::Result<()> {
        let sum = self.sum.borrow();
        let fits = sum.at != self.entry.size || sum.crc.sum() == self.entry.crc;
        if fits { Ok(()) } else { Err(damaged()) }
    }

    fn count(&self, inflated: usize) -> io::Result<()> {
        self.inflated.set(self.inflated.get() + inflated as u64);
        if self.inflated.get() > self.limit {
            let text = "its header does not end within 64 MiB: unpack the archive";
            return Err(io::Error::other(text));
        }
        Ok(())
    }
}

fn damaged() -> io::Error {
    io::Error::other("it is damaged: length or checksum do not fit")
}

impl Drop for ArchiveMember {
    fn drop(&mut self) {
        if let Some(stream) = self.stream.get_mut().take() {
            self.decoders.lock().unwrap_or_else(PoisonError::into_inner).push(stream.decoder);
        }
    }
}

impl ByteSource for ArchiveMember {
    fn finish(&self) -> io::Result<()> {
        let mut passed = vec![0; 64 * 1024];
        loop {
            let position = self.sum.borrow().at;
            if position >= self.entry.size {
                return self.check();
            }
            if self.read_at(&mut passed, position)? == 0 {
                return Err(damaged());
            }
        }
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        if self.entry.method == ZipMethod::Stored {
            let count = self.stored(offset).read(buffer)?;
            self.sum.borrow_mut().take(offset, &buffer[..count]);
            self.check()?;
            return Ok(count);
        }
        let mut stream = self.stream.borrow_mut();
        if stream.as_ref().is_none_or(|stream| stream.at > offset) {
            *stream = Some(self.begin());
        }
        let stream = stream.get_or_insert_with(|| self.begin());
        let mut passed = [0; 8192];
        while stream.at < offset {
            let length = usize::try_from(offset - stream.at).map_or(8192, |n| n.min(8192));
            if self.inflate(stream, &mut passed[..length])? == 0 {
                return Ok(0);
            }
        }
        self.inflate(stream, buffer)
    }
}
