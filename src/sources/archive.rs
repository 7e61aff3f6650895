//! Zip archives read in place: members are listed, and read only as far as needed.
//!
//! Nothing is unpacked to disk. A member's path is `archive.zip!/member`. Bounds against zip bombs: how many members, how much of one is inflated, and that members do not share
//! bytes, so that all of them together inflate to no more than DEFLATE's 1032 times the archive.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use flate2::Crc;
use flate2::read::DeflateDecoder;
use zip::read::ZipArchive;

use super::dicom::ByteSource;
use super::encoding;
use super::path_parts;
use super::sniff;
use super::source_file::{FileOrigin, SourceFile};
use super::workbook;

/// Members of one archive: a year of a clinic has fewer.
const MAX_MEMBERS: usize = 250_000;
/// Bytes of an archive's directory: 250,000 members with names of two hundred bytes.
const MOST_DIRECTORY: u64 = 64 * 1024 * 1024;
/// How much of a member is inflated to read a header: some makers put pixels into private
/// attributes before it ends.
const MAX_INFLATED: u64 = 64 * 1024 * 1024;
/// How long a member may be that is read whole, a table or an annotation.
const MAX_WHOLE: u64 = 128 * 1024 * 1024;
/// Archives that stay open: a data set may have one per patient.
const MOST_OPEN: usize = 16;
/// How much of a compressed member is fetched at a time: a header takes little.
const STEP: usize = 8 * 1024;
/// Length of a local header without its name and extra field.
const LOCAL_HEADER: u64 = 30;

/// An archive that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// It cannot be opened or read.
    #[error("the archive cannot be read: {0}")]
    Unreadable(String),
    /// Its directory is longer than is read.
    #[error("the archive's directory has more than 64 MiB: unpack it")]
    Directory,
    /// More members than are listed.
    #[error("the archive has {0} members, more than {MAX_MEMBERS}: unpack it")]
    TooMany(usize),
    /// Its members overlap.
    #[error("members of the archive share the same bytes: it is a zip bomb, or damaged")]
    Overlapping,
}

/// The type of a file that begins like a zip archive.
#[derive(Debug)]
pub enum ZipContent {
    /// A spreadsheet.
    Spreadsheet,
    /// Any other archive.
    Archive,
}

/// Whether a file of this name is looked into when its first bytes are those of an archive: one
/// called `.zip`, or one whose name does not say what it is. Jars, NumPy's and office files are left.
pub fn may_be(path: &str) -> bool {
    let extension = path_parts::extension(path);
    extension == "zip" || extension.bytes().all(|byte| byte.is_ascii_digit())
}

/// The type of an archive, by the names of its members.
///
/// # Errors
/// When its directory cannot be read.
pub fn kind(file: &File) -> Result<ZipContent, ArchiveError> {
    Ok(kind_of(&directory(file)?))
}

fn kind_of(archive: &ZipDirectory<'_>) -> ZipContent {
    let names: Vec<_> = archive.file_names().flatten().collect();
    match workbook::container_of(names.iter().map(AsRef::as_ref)) {
        Some(_) => ZipContent::Spreadsheet,
        None => ZipContent::Archive,
    }
}

type ZipDirectory<'f> = ZipArchive<BufReader<&'f File>>;

/// The directory; one that claims more than is used is refused before its names fill the memory.
fn directory(file: &File) -> Result<ZipDirectory<'_>, ArchiveError> {
    check_directory(file)?;
    ZipArchive::new(BufReader::new(file)).map_err(|e| ArchiveError::Unreadable(e.to_string()))
}

/// Refuses a directory of more than [`MOST_DIRECTORY`] bytes, as its end says (APPNOTE 4.3.14 and
/// 4.3.16) and as the file has room for.
fn check_directory(file: &File) -> Result<(), ArchiveError> {
    const LONGEST_END: u64 = 65_535 + 22 + 20 + 56;
    let unreadable = |e: io::Error| ArchiveError::Unreadable(e.to_string());
    let length = file.metadata().map_err(unreadable)?.len();
    let start = length.saturating_sub(LONGEST_END);
    let mut tail = vec![0; usize::try_from(length - start).unwrap_or(0)];
    file.read_exact_at(&mut tail, start).map_err(unreadable)?;
    let four = |end: &[u8], start: usize| {
        end[start..].first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes))
    };
    let short = tail.windows(22).filter(|end| end.starts_with(b"PK\x05\x06"));
    let short =
        short.map(|end| u64::from(four(end, 12))).filter(|size| *size != u64::from(u32::MAX));
    let long = tail.windows(56).filter(|end| end.starts_with(b"PK\x06\x06"));
    let long = long.map(|end| u64::from(four(end, 44)) << 32 | u64::from(four(end, 40)));
    if short.chain(long).any(|size| size > MOST_DIRECTORY) {
        return Err(ArchiveError::Directory);
    }
    let long = tail.windows(56).filter(|end| end.starts_with(b"PK\x06\x06"));
    match long.map(|end| four(end, 32) as usize).find(|count| *count > MAX_MEMBERS) {
        Some(count) => Err(ArchiveError::TooMany(count)),
        None => Ok(()),
    }
}

/// The members of an archive.
#[derive(Debug, Default)]
pub struct ArchiveListing {
    /// Its members, sorted by path.
    pub members: Vec<SourceFile>,
    /// Names of several members; the first member of each is among the members.
    pub repeated: Vec<String>,
}

/// The archives of a data set, a few of them open at a time.
pub struct Archives<'r> {
    root: &'r Path,
    open: Mutex<VecDeque<(Box<Path>, Arc<PendingArchive>)>>,
    decoders: Arc<DecoderPool>,
}

/// Decoders to be used again: each is forty KiB, and a data set may have a million members.
type DecoderPool = Mutex<Vec<DeflateDecoder<MemberData>>>;

/// An archive that one thread opens while others wait for it.
type PendingArchive = OnceLock<Result<Arc<OpenArchive>, String>>;

struct OpenArchive {
    file: File,
    entries: Vec<ZipEntry>,
}

#[derive(Debug, Clone, Copy)]
struct ZipEntry {
    header: u64,
    packed: u64,
    size: u64,
    crc: u32,
    method: ZipMethod,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ZipMethod {
    Stored,
    Deflated,
    Encrypted,
    Unknown,
}

impl<'r> Archives<'r> {
    /// The archives below `root`.
    pub fn new(root: &'r Path) -> Self {
        Self { root, open: Mutex::default(), decoders: Arc::default() }
    }

    /// The members of an archive; absent when the file is not an archive that is opened.
    ///
    /// # Errors
    /// When it is such an archive and cannot be used.
    pub fn list(&self, found: &SourceFile) -> Result<Option<ArchiveListing>, ArchiveError> {
        let unreadable = |e: io::Error| ArchiveError::Unreadable(e.to_string());
        let file = File::open(self.root.join(found.place())).map_err(unreadable)?;
        let mut head = [0; 4];
        let count = FileExt::read_at(&file, &mut head, 0).map_err(unreadable)?;
        if !sniff::is_zip(&head[..count]) {
            return Ok(None);
        }
        let archive = directory(&file)?;
        if matches!(kind_of(&archive), ZipContent::Spreadsheet) {
            return Ok(None);
        }
        if archive.len() > MAX_MEMBERS {
            return Err(ArchiveError::TooMany(archive.len()));
        }
        listing(found, &archive).map(Some)
    }

    /// A member, ready to be read.
    ///
    /// # Errors
    /// When it is encrypted or compressed in a way that is not known, or the archive is gone.
    pub fn member(&self, archive: &Path, index: u32) -> io::Result<ArchiveMember> {
        let archive = self.get(archive)?;
        let entry = archive.entries.get(index as usize).copied();
        let entry = entry.ok_or_else(|| io::Error::other("the archive has no such member"))?;
        match entry.method {
            ZipMethod::Encrypted => return Err(io::Error::other("it is encrypted")),
            ZipMethod::Unknown => {
                return Err(io::Error::other("its compression method is not supported"));
            }
            ZipMethod::Stored | ZipMethod::Deflated => {}
        }
        let mut head = [0; LOCAL_HEADER as usize];
        archive.file.read_exact_at(&mut head, entry.header)?;
        if !sniff::is_zip_member(&head) {
            return Err(io::Error::other("its header is damaged"));
        }
        let length = |at: usize| u64::from(u16::from_le_bytes([head[at], head[at + 1]]));
        let start = entry.header.saturating_add(LOCAL_HEADER + length(26) + length(28));
        let decoders = Arc::clone(&self.decoders);
        Ok(ArchiveMember {
            archive,
            entry,
            start,
            decoders,
            stream: RefCell::default(),
            sum: RefCell::default(),
            inflated: Cell::new(0),
            limit: MAX_INFLATED,
        })
    }

    fn get(&self, path: &Path) -> io::Result<Arc<OpenArchive>> {
        let opening = {
            let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
            match open.iter().find(|(known, _)| &**known == path) {
                Some((_, opening)) => Arc::clone(opening),
                None => {
                    if open.len() == MOST_OPEN {
                        open.pop_front();
                    }
                    let opening = Arc::new(PendingArchive::new());
                    open.push_back((path.into(), Arc::clone(&opening)));
                    opening
                }
            }
        };
        let archive = opening.get_or_init(|| {
            OpenArchive::open(&self.root.join(path)).map(Arc::new).map_err(|e| e.to_string())
        });
        archive.clone().map_err(io::Error::other)
    }
}

impl OpenArchive {
    fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let directory = directory(&file).map_err(io::Error::other)?.metadata();
        let entry = |index| {
            let entry = directory.entry(index)?;
            let method = match entry.compression() {
                _ if entry.encrypted() => ZipMethod::Encrypted,
                zip::CompressionMethod::Stored => ZipMethod::Stored,
                zip::CompressionMethod::Deflated => ZipMethod::Deflated,
                _ => ZipMethod::Unknown,
            };
            let (header, crc) = (entry.header_start(), entry.crc32());
            Ok(ZipEntry {
                header,
                packed: entry.compressed_size(),
                size: entry.size(),
                crc,
                method,
            })
        };
        let entries: Result<_, zip::result::ZipError> = (0..directory.len()).map(entry).collect();
        Ok(Self { file, entries: entries.map_err(io::Error::other)? })
    }
}

fn listing(
    found: &SourceFile,
    archive: &ZipArchive<BufReader<&File>>,
) -> Result<ArchiveListing, ArchiveError> {
    let unreadable = |e: zip::result::ZipError| ArchiveError::Unreadable(e.to_string());
    let directory = archive.metadata();
    let mut listing = ArchiveListing::default();
    let mut packed: u64 = 0;
    for index in 0..directory.len() {
        let entry = directory.entry(index).map_err(unreadable)?;
        packed = packed.saturating_add(entry.compressed_size());
        let name = member_name(entry.name_raw());
        if name.is_empty() || name.ends_with('/') {
            continue; // a folder
        }
        let path = format!("{}!/{name}", found.path);
        let (prefix, index) = (u32::try_from(found.path.len()), u32::try_from(index));
        let (Ok(archive), Ok(index)) = (prefix, index) else { continue };
        listing.members.push(SourceFile {
            path: path.into_boxed_str(),
            size: entry.size().min(i64::MAX.unsigned_abs()), // what tables can hold
            origin: FileOrigin::Member { archive, index },
            ..found.clone()
        });
    }
    if packed > found.size {
        return Err(ArchiveError::Overlapping);
    }
    let ArchiveListing { members, repeated } = &mut listing;
    members.sort_by(|a, b| a.path.cmp(&b.path)); // of the same path the first in the archive stays
    members.dedup_by(|later, first| {
        let same = later.path == first.path;
        if same {
            repeated.push(later.path.to_string());
        }
        same
    });
    Ok(listing)
}

/// A member's name with `/` between folders.
fn member_name(raw: &[u8]) -> String {
    encoding::decode_name(raw).replace('\\', "/").trim_start_matches('/').to_owned()
}

/// One member of an archive.
pub struct ArchiveMember {
    archive: Arc<OpenArchive>,
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
struct MemberData {
    archive: Arc<OpenArchive>,
    at: u64,
    end: u64,
}

impl Read for MemberData {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let rest = usize::try_from(self.end.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let length = rest.min(buffer.len());
        let count = FileExt::read_at(&self.archive.file, &mut buffer[..length], self.at)?;
        self.at += count as u64;
        Ok(count)
    }
}

impl ArchiveMember {
    fn stored(&self, offset: u64) -> MemberData {
        let end = self.start.saturating_add(self.entry.packed);
        let at = self.start.saturating_add(offset);
        MemberData { archive: Arc::clone(&self.archive), at, end }
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
            let at = self.sum.borrow().at;
            if at >= self.entry.size {
                return self.check();
            }
            if self.read_at(&mut passed, at)? == 0 {
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
