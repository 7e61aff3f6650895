//! Pseudonyms: what replaces an ID, a UID or a reader's name that may identify a person.

use std::fmt;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::LazyLock;

use hmac::{Hmac, Mac};
use sha2::Sha256;

/// Bytes of a key.
pub const KEY_BYTES: usize = 32;

/// A secret key of pseudonyms. The same key makes the same pseudonym of the same ID; without it the ID behind
/// a pseudonym cannot be found by trying all IDs (HMAC with SHA-256, RFC 2104).
#[derive(Clone, PartialEq, Eq)]
pub struct PseudonymKey([u8; KEY_BYTES]);

impl PseudonymKey {
    /// A key of these bytes.
    pub fn new(bytes: [u8; KEY_BYTES]) -> Self {
        Self(bytes)
    }

    /// A random key that no other process has, for pseudonyms that are not saved.
    pub fn of_process() -> Self {
        static KEY: LazyLock<[u8; KEY_BYTES]> = LazyLock::new(|| {
            // The keys of the standard library's hash maps are random.
            let part = |_| RandomState::new().build_hasher().finish().to_le_bytes();
            let mut key = [0; KEY_BYTES];
            key.copy_from_slice(&[(); KEY_BYTES / 8].map(part).concat());
            key
        });
        Self(*KEY)
    }

    /// What replaces a patient's ID: `P` and 16 hexadecimal digits.
    pub fn of_patient(&self, id: &str) -> String {
        format!("P{}", &self.code("patient", id)[..16])
    }

    /// What replaces a reader's name: `R` and 12 hexadecimal digits.
    pub fn of_reader(&self, name: &str) -> String {
        format!("R{}", &self.code("reader", name)[..12])
    }

    /// What replaces a UID that leads to a person: 2.25 and 128 bits in decimal digits (PS3.5 B.2).
    pub fn of_uid(&self, uid: &str) -> String {
        let digits = self.code("uid", uid);
        let number = digits.get(..32).and_then(|digits| u128::from_str_radix(digits, 16).ok());
        format!("2.25.{}", number.unwrap_or_default())
    }

    /// 16 hexadecimal digits that identify the key and do not reveal it.
    pub fn fingerprint(&self) -> String {
        self.code("key", "")[..16].to_owned()
    }

    /// The code of a text, different for each use of the key.
    fn code(&self, purpose: &str, text: &str) -> String {
        // A key of any length is accepted.
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("a key of any length");
        mac.update(purpose.as_bytes());
        mac.update(&[0]);
        mac.update(text.as_bytes());
        mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Prints nothing of the key, so that no message has it.
impl fmt::Debug for PseudonymKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PseudonymKey")
    }
}
