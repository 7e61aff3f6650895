//! Objects that are written: whole, and only where no other run has written them meanwhile.
//!
//! Source: "Conditional writes", Amazon S3 User Guide; `x-goog-if-generation-match`, Cloud Storage XML API.

use std::path::Path;

use sha2::{Digest, Sha256};

use super::address::RemoteScheme;
use super::error::StoreError;
use super::store::{ObjectStore, StoreRequest};
use super::stored_object::etag_number;
use super::upload::{ObjectUpload, StoreMethod};
use crate::disk::hex;

/// What must hold for an object to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PutCondition {
    /// Nothing is there.
    Absent,
    /// What is there has this number of its ETag (`StoredObject::tag`).
    Unchanged(u64),
}

/// The shortest length of a range that is read back.
const STEP: u64 = 8 << 20;

impl ObjectStore {
    /// Writes a file as an object, whole or not at all.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the condition does not hold; otherwise why it was not written.
    pub fn put(&self, key: &str, file: &Path, condition: &PutCondition) -> Result<(), StoreError> {
        let upload = ObjectUpload::of(file)?;
        let request = StoreRequest {
            method: StoreMethod::Put(&upload),
            headers: &[self.condition(key, condition)?],
            ..StoreRequest::of_object(key)
        };
        match self.repeat(&request, |_| Ok(())) {
            // The answer to an earlier attempt may have been lost.
            Err(StoreError::Changed) if self.holds(key, &upload)? => Ok(()),
            Err(StoreError::Changed) => Err(StoreError::Conflict(key.to_owned())),
            result => result,
        }
    }

    /// Removes an object. One that is not there is removed.
    ///
    /// # Errors
    /// When the store refuses.
    pub fn delete(&self, key: &str) -> Result<(), StoreError> {
        let request = StoreRequest { method: StoreMethod::Delete, ..StoreRequest::of_object(key) };
        match self.repeat(&request, |_| Ok(())) {
            Err(StoreError::Missing) => Ok(()),
            result => result,
        }
    }

    /// The header of a condition.
    fn condition(
        &self,
        key: &str,
        condition: &PutCondition,
    ) -> Result<(&'static str, String), StoreError> {
        let is_google = self.address().scheme == RemoteScheme::Gcs;
        match condition {
            PutCondition::Absent if is_google => Ok(("x-goog-if-generation-match", "0".to_owned())),
            PutCondition::Absent => Ok(("if-none-match", "*".to_owned())),
            PutCondition::Unchanged(tag) => {
                let part = self.part(key, 0..1, None)?;
                let etag = part.etag.ok_or(StoreError::Damaged("it has no ETag"))?;
                if etag_number(&etag) != *tag {
                    return Err(StoreError::Conflict(key.to_owned()));
                }
                if !is_google {
                    return Ok(("if-match", etag));
                }
                let generation = part.generation.ok_or(StoreError::Damaged("it has no generation"));
                Ok(("x-goog-if-generation-match", generation?))
            }
        }
    }

    /// Whether an object has the content of a file.
    fn holds(&self, key: &str, upload: &ObjectUpload<'_>) -> Result<bool, StoreError> {
        let mut hasher = Sha256::new();
        let mut offset = 0;
        while offset < upload.size {
            let part = self.part(key, offset..(offset + STEP).min(upload.size), None)?;
            if part.object.size != upload.size {
                return Ok(false);
            }
            hasher.update(&part.bytes);
            offset += part.bytes.len() as u64;
        }
        Ok(hex(&hasher.finalize()) == upload.sha256)
    }
}
