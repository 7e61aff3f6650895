//! What a reviewer says of a contour.

use serde::{Deserialize, Serialize};

use super::page_texts::PageTexts;
use crate::saved::SavedName;

/// The longest note, in characters.
pub const LONGEST_NOTE: usize = 2000;
/// The longest time that is recorded for a contour: longer ones are a page that was left open.
const MOST_SECONDS: f64 = 86_400.0;

/// What was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VerdictKind {
    /// The contour is right.
    Accept,
    /// It is to be corrected; the reason says why.
    Reject,
    /// Another reviewer is to look at it.
    SecondOpinion,
    /// The reviewer's verdict before this one no longer counts.
    Withdrawn,
}

/// A line of a reviewer's file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// Its number in the file, from 1.
    pub number: u64,
    /// The reviewer.
    pub reviewer: SavedName,
    /// When it was given: RFC 3339, in UTC.
    pub given_at: String,
    /// The contour by its content, as the macro `contour_hash` returns it.
    pub contour_hash: String,
    /// The case at that time.
    pub case_id: String,
    /// The image at that time.
    pub image_path: String,
    /// What was said.
    pub verdict: VerdictKind,
    /// Code of the reason; present if the contour is rejected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The reviewer's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Seconds for which the contour was looked at.
    pub seconds: f64,
    /// Number of the snapshot that was reviewed.
    pub snapshot: u32,
}

/// A verdict as the page sends it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VerdictRequest {
    /// The contour by its content.
    pub contour_hash: String,
    /// What was said.
    pub verdict: VerdictKind,
    /// Code of the reason.
    #[serde(default)]
    pub reason: Option<String>,
    /// The reviewer's words.
    #[serde(default)]
    pub note: Option<String>,
    /// Seconds for which the contour was looked at.
    pub seconds: f64,
}

/// A verdict is not one that can be recorded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VerdictError {
    /// A contour is rejected without a reason, or for an unknown one.
    #[error("the reason {0:?} is not one of: {1}")]
    Reason(String, String),
    /// Something else than a rejection has a reason.
    #[error("only a rejection has a reason")]
    NeedlessReason,
    /// The note is too long.
    #[error("the note is longer than {LONGEST_NOTE} characters")]
    Note,
    /// The time is not a number of seconds of one day.
    #[error("{0} is not a number of seconds between 0 and 86400")]
    Seconds(String),
    /// The hash is not one.
    #[error("{0:?} is not the hash of a contour")]
    Hash(String),
    /// The time at which it was given cannot be read.
    #[error("{0:?} is not a time such as 2026-01-31T09:30:00Z")]
    Moment(String),
}

/// Checks what a verdict says.
///
/// # Errors
/// What is wrong with it.
pub fn check_verdict(
    kind: VerdictKind,
    reason: Option<&str>,
    note: Option<&str>,
    seconds: f64,
) -> Result<(), VerdictError> {
    match (kind, reason) {
        (VerdictKind::Reject, reason) => {
            let reason = reason.unwrap_or_default();
            let codes = PageTexts::get().reason_codes();
            if !codes.contains(&reason) {
                return Err(VerdictError::Reason(reason.to_owned(), codes.join(", ")));
            }
        }
        (_, Some(_)) => return Err(VerdictError::NeedlessReason),
        (_, None) => {}
    }
    if note.is_some_and(|note| note.chars().count() > LONGEST_NOTE) {
        return Err(VerdictError::Note);
    }
    if !(0.0..=MOST_SECONDS).contains(&seconds) {
        return Err(VerdictError::Seconds(seconds.to_string()));
    }
    Ok(())
}

impl Verdict {
    /// Checks a verdict that was read from a file of another machine.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(&self) -> Result<(), VerdictError> {
        let is_digit = |c: u8| c.is_ascii_digit() || (b'a'..=b'f').contains(&c);
        if self.contour_hash.len() != 64 || !self.contour_hash.bytes().all(is_digit) {
            return Err(VerdictError::Hash(self.contour_hash.clone()));
        }
        if chrono::DateTime::parse_from_rfc3339(&self.given_at).is_err() {
            return Err(VerdictError::Moment(self.given_at.clone()));
        }
        check_verdict(self.verdict, self.reason.as_deref(), self.note.as_deref(), self.seconds)
    }
}
