//! Profiles that come with the program, and those in files of the user's own.

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::definition::Profile;
use crate::disk::read_regular_text;

/// A profile that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// Neither a built-in name nor a file.
    #[error("no profile is called {name:?}: name a file, or one of {known}")]
    Unknown {
        /// The name that was given.
        name: String,
        /// The names of the built-in profiles.
        known: String,
    },
    /// The file could not be read.
    #[error("cannot read the profile {path}: {source}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The reason the system gave.
        source: std::io::Error,
    },
    /// The text is not a valid profile.
    #[error("profile {name}: {reason}")]
    Malformed {
        /// The profile.
        name: String,
        /// The mistake, with its line where it has one.
        reason: String,
    },
}

impl Profile {
    /// Reads a profile's text.
    ///
    /// # Errors
    /// When the text is not a valid profile, with the line and what is allowed there.
    pub fn parse(name: &str, text: &str) -> Result<Self, ProfileError> {
        let malformed = |e: toml::de::Error| ProfileError::Malformed {
            name: name.to_owned(),
            reason: e.to_string().trim_end().to_owned(),
        };
        toml::from_str(text).map_err(malformed)
    }

    /// The profiles that come with the program, sorted by name.
    pub fn built_in() -> Vec<Self> {
        let read = |(name, text): &(&str, &str)| Self::parse(name, text).ok(); // a test reads each
        crate::schema::PROFILES.par_iter().filter_map(read).collect()
    }

    /// The profile of that name, or in that file.
    ///
    /// # Errors
    /// When there is none, or it is not a valid profile.
    pub fn find(name: &str) -> Result<Self, ProfileError> {
        Self::parse(name, &Self::text(name)?)
    }

    /// The text of the profile of that name, or in that file, as written.
    ///
    /// # Errors
    /// When there is none.
    pub fn text(name: &str) -> Result<String, ProfileError> {
        if let Some((_, text)) = crate::schema::PROFILES.iter().find(|(n, _)| *n == name) {
            return Ok((*text).to_owned());
        }
        let path = Path::new(name);
        if !path.exists() {
            let known: Vec<&str> = crate::schema::PROFILES.iter().map(|(name, _)| *name).collect();
            let known = known.join(", ");
            return Err(ProfileError::Unknown { name: name.to_owned(), known });
        }
        read_regular_text(path)
            .map_err(|source| ProfileError::Unreadable { path: path.to_owned(), source })
    }
}
