//! The data set whose files a command reads for a catalog.

use std::path::{Path, PathBuf};

use super::outcome::CliFailure;
use crate::catalog::Catalog;
use crate::sources::source_root::SourceRoot;

/// The folder or address that the user names, else the folder that the catalog names.
///
/// # Errors
/// When the catalog names an address: whoever sent it may have written any, and a request to it would carry the
/// user's credentials and say that somebody reads the catalog.
pub(super) fn data_set(catalog: &Catalog, given: Option<&Path>) -> Result<PathBuf, CliFailure> {
    let named = PathBuf::from(&catalog.snapshot().root);
    match given {
        Some(root) => Ok(root.to_owned()),
        None if SourceRoot::is_address(&named) => {
            let shown = SourceRoot::printable(&named).display().to_string();
            Err(format!(
                "the data set of the catalog is at an address, which is read only when you name it: --root {shown}"
            )
            .into())
        }
        None => Ok(named),
    }
}
