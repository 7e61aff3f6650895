//! The container of a workbook of Excel 97 (MS-CFB), as far as is needed to measure its streams.
//!
//! Upstream: <https://github.com/tafia/calamine/issues/714> (counts that are believed),
//! <https://github.com/tafia/calamine/issues/550> (chains of sectors without end).

/// Numbers from here on have a special meaning and name no sector (MS-CFB 2.1).
const RESERVED: u32 = 0xFFFF_FFFA;

/// A container whose chains of sectors end.
pub struct OleContainer<'a> {
    bytes: &'a [u8],
    sector: usize,
    table: Vec<u32>,
    entries: Vec<OleEntry>,
    mini: Vec<u8>,
    mini_table: Vec<u32>,
}

struct OleEntry {
    name: String,
    start: u32,
    length: usize,
}

fn u32_at(bytes: &[u8], offset: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(offset..)?.first_chunk::<4>()?))
}

fn numbers(bytes: &[u8]) -> impl Iterator<Item = u32> {
    bytes.chunks_exact(4).map(|c| u32::from_le_bytes([c[0], c[1], c[2], c[3]]))
}

impl<'a> OleContainer<'a> {
    /// Reads tables and directory; none when they are damaged, or chains run in circles.
    pub fn open(bytes: &'a [u8]) -> Option<Self> {
        let sector = match bytes.get(30..32)? {
            [9, 0] => 512,
            [12, 0] => 4096,
            _ => return None,
        };
        let (table, entries) = (Vec::new(), Vec::new());
        let mut ole =
            Self { bytes, sector, table, entries, mini: Vec::new(), mini_table: Vec::new() };
        ole.table = ole.allocation()?;
        let directory = ole.chain(u32_at(bytes, 48)?, usize::MAX)?;
        ole.entries =
            directory.chunks_exact(128).filter_map(|e| OleEntry::read(e, sector > 512)).collect();
        // A length beyond the file's makes the reader go round a circle that often.
        let longest = ole.entries.iter().map(|entry| entry.length).max()?;
        let minis = (u32_at(bytes, 64)? as usize).saturating_mul(sector);
        if longest > bytes.len() || minis > bytes.len() {
            return None;
        }
        if minis > 0 {
            let root = ole.entries.first()?;
            ole.mini = ole.chain(root.start, root.length)?;
            ole.mini_table = numbers(&ole.chain(u32_at(bytes, 60)?, minis)?).collect();
        }
        Some(ole)
    }

    fn sector_count(&self) -> usize {
        self.bytes.len() / self.sector + 1
    }

    fn sector_bytes(&self, number: u32) -> Option<&'a [u8]> {
        // Sector 0 follows the header, which takes one sector itself.
        let start = (number as usize).checked_add(1)?.checked_mul(self.sector)?;
        let rest = self.bytes.get(start..).filter(|rest| !rest.is_empty())?;
        Some(rest.get(..self.sector).unwrap_or(rest))
    }

    /// The table of which sector follows which (MS-CFB 2.3, 2.5).
    fn allocation(&self) -> Option<Vec<u32>> {
        let mut list: Vec<u32> = numbers(self.bytes.get(76..512)?).collect();
        let mut next = u32_at(self.bytes, 68)?;
        let mut steps = 0;
        while next < RESERVED {
            steps += 1;
            if steps > self.sector_count() {
                return None;
            }
            list.extend(numbers(self.sector_bytes(next)?));
            next = list.pop()?;
        }
        list.retain(|number| *number < RESERVED);
        if list.len() > self.sector_count() {
            return None;
        }
        let mut table = Vec::new();
        for number in list {
            table.extend(numbers(self.sector_bytes(number)?));
        }
        Some(table)
    }

    /// The bytes of a chain of sectors, `length` of them at most; none when it runs in a circle.
    fn chain(&self, start: u32, length: usize) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        let mut number = start;
        let mut steps = 0;
        while number < RESERVED && bytes.len() < length {
            steps += 1;
            if steps > self.sector_count() {
                return None;
            }
            bytes.extend_from_slice(self.sector_bytes(number)?);
            number = *self.table.get(number as usize)?;
        }
        bytes.truncate(length);
        Some(bytes)
    }

    fn entry(&self, name: &str) -> Option<&OleEntry> {
        self.entries.iter().find(|entry| entry.name.eq_ignore_ascii_case(name))
    }

    /// Whether there is a stream of this name.
    pub fn has_stream(&self, name: &str) -> bool {
        self.entry(name).is_some()
    }

    /// Whether the chain of every stream whose name `is_read` comes to an end.
    pub fn has_finite_streams(&self, is_read: impl Fn(&str) -> bool) -> bool {
        let mut streams = self.entries.iter().filter(|e| e.length > 0 && is_read(&e.name));
        streams.all(|entry| self.content(entry).is_some())
    }

    /// The bytes of the stream of this name.
    pub fn stream(&self, name: &str) -> Option<Vec<u8>> {
        self.content(self.entry(name)?)
    }

    fn content(&self, entry: &OleEntry) -> Option<Vec<u8>> {
        if entry.length >= 4096 {
            return self.chain(entry.start, entry.length);
        }
        let (mut bytes, mut number) = (Vec::new(), entry.start as usize);
        while bytes.len() < entry.length {
            let start = number.checked_mul(64)?;
            let rest = self.mini.get(start..).filter(|rest| !rest.is_empty())?;
            bytes.extend_from_slice(rest.get(..64).unwrap_or(rest));
            number = *self.mini_table.get(number)? as usize;
        }
        bytes.truncate(entry.length);
        Some(bytes)
    }
}

impl OleEntry {
    /// One entry of the directory (MS-CFB 2.6.1), whatever its kind: the reader goes by the name.
    fn read(bytes: &[u8], wide: bool) -> Option<Self> {
        let name = bytes.get(..64)?.chunks_exact(2).map(|c| u16::from_le_bytes([c[0], c[1]]));
        let name: Vec<u16> = name.take_while(|unit| *unit != 0).collect();
        let (start, low) = (u32_at(bytes, 116)?, u32_at(bytes, 120)?);
        let high = if wide { u32_at(bytes, 124)? } else { 0 };
        let length = usize::try_from(u64::from(high) << 32 | u64::from(low)).ok()?;
        Some(Self { name: String::from_utf16_lossy(&name), start, length })
    }
}
