//! One object that is read in parts: a header takes one request, pixels a few large ones.

use std::sync::{Arc, Mutex, PoisonError};

use super::error::StoreError;
use super::store::ObjectStore;
use super::stored_object::{StoredObject, etag_number};

/// Length of the first part: most headers of mammograms fit.
const FIRST: u64 = 16 << 10;
/// Length of a part at most; as many are in memory as there are requests under way.
const LONGEST: u64 = 1 << 20;
/// Parts of an object that are read whole.
const WHOLE_STEP: u64 = 8 << 20;

/// An object, of which the parts that were read last are in memory.
pub struct RemoteObject {
    store: Arc<ObjectStore>,
    object: StoredObject,
    first: u64,
    parts: Mutex<ObjectParts>,
}

/// The parts in memory: a directory at the end of an archive and a member before it are read in turn.
#[derive(Default)]
struct ObjectParts {
    /// The state that all parts must have.
    etag: Option<String>,
    held: Vec<HeldPart>,
    /// Length of the next part where reading goes on.
    step: u64,
}

struct HeldPart {
    start: u64,
    bytes: Vec<u8>,
}

/// Parts that are held.
const MOST_PARTS: usize = 2;

impl RemoteObject {
    /// An object that was listed.
    pub fn new(store: Arc<ObjectStore>, object: StoredObject) -> Self {
        Self { store, object, first: FIRST, parts: Mutex::default() }
    }

    /// An object of which nothing is known but its key; its first part is read at once.
    ///
    /// # Errors
    /// When it does not exist or cannot be read.
    pub fn open(store: Arc<ObjectStore>, key: &str) -> Result<Self, StoreError> {
        let part = store.part_of_any(key, 0..FIRST)?;
        let (object, etag) = (part.object, part.etag.filter(|etag| !etag.starts_with("W/")));
        let held = vec![HeldPart { start: 0, bytes: part.bytes }];
        let parts = Mutex::new(ObjectParts { etag, held, step: FIRST });
        Ok(Self { store, object, first: FIRST, parts })
    }

    /// The same object with nothing in memory, for another thread.
    pub fn fresh(&self) -> Self {
        Self { first: self.first, ..Self::new(Arc::clone(&self.store), self.object.clone()) }
    }

    /// The same object, which is read whole: its first part is long.
    pub fn read_whole_soon(self) -> Self {
        Self { first: LONGEST, ..self }
    }

    /// Length in bytes.
    pub fn size(&self) -> u64 {
        self.object.size
    }

    /// Fills as much of `buffer` as there is from `offset` on; 0 is the end.
    ///
    /// # Errors
    /// When a part cannot be read, or the object has changed.
    pub fn read_at(&self, buffer: &mut [u8], offset: u64) -> Result<usize, StoreError> {
        if offset >= self.object.size || buffer.is_empty() {
            return Ok(0);
        }
        let mut parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = parts.copy(buffer, offset) {
            return Ok(count);
        }
        let goes_on = parts.held.last().is_some_and(|part| part.end() == offset);
        parts.step = if goes_on { parts.step.saturating_mul(4).min(LONGEST) } else { self.first };
        let length = parts.step.max(buffer.len() as u64);
        self.fetch(&mut parts, offset, length)?;
        parts.copy(buffer, offset).ok_or(StoreError::Damaged("it is shorter than it says"))
    }

    /// The whole object.
    ///
    /// # Errors
    /// When a part cannot be read, or the object has changed.
    pub fn whole(&self) -> Result<Vec<u8>, StoreError> {
        let mut parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        let mut whole = match parts.held.iter().position(|part| part.start == 0) {
            Some(place) => parts.held.swap_remove(place).bytes,
            None => Vec::new(),
        };
        while (whole.len() as u64) < self.object.size {
            self.fetch(&mut parts, whole.len() as u64, WHOLE_STEP)?;
            let Some(part) = parts.held.pop().filter(|part| !part.bytes.is_empty()) else {
                return Err(StoreError::Damaged("it is shorter than it says"));
            };
            whole.extend(part.bytes);
        }
        Ok(whole)
    }

    fn fetch(&self, parts: &mut ObjectParts, offset: u64, length: u64) -> Result<(), StoreError> {
        let StoredObject { key, size, tag, .. } = &self.object;
        let end = offset.saturating_add(length).min(*size);
        let part = self.store.part(key, offset..end, parts.etag.as_deref())?;
        let is_same = part.object.size == *size
            && (*tag == 0 || part.etag.as_deref().is_none_or(|etag| etag_number(etag) == *tag));
        if !is_same {
            return Err(StoreError::Changed);
        }
        parts.etag = part.etag.filter(|etag| !etag.starts_with("W/"));
        if parts.held.len() == MOST_PARTS {
            parts.held.remove(0);
        }
        parts.held.push(HeldPart { start: offset, bytes: part.bytes });
        Ok(())
    }
}

impl ObjectParts {
    /// Copies what is held from `offset` on; absent where nothing is.
    fn copy(&self, buffer: &mut [u8], offset: u64) -> Option<usize> {
        self.held.iter().rev().find_map(|part| {
            let from = usize::try_from(offset.checked_sub(part.start)?).ok()?;
            let bytes = part.bytes.get(from..).filter(|bytes| !bytes.is_empty())?;
            let count = bytes.len().min(buffer.len());
            buffer[..count].copy_from_slice(&bytes[..count]);
            Some(count)
        })
    }
}

impl HeldPart {
    fn end(&self) -> u64 {
        self.start + self.bytes.len() as u64
    }
}
