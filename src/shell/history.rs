//! The history file: one per user, readable only by that user.

use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::PathBuf;

/// `$XDG_STATE_HOME/mammodex/history`, else below `~/.local/state`; none without a home.
fn path() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|p| p.is_absolute());
    let state = set("XDG_STATE_HOME").or_else(|| Some(set("HOME")?.join(".local/state")))?;
    Some(state.join("mammodex/history"))
}

/// Creates the file if it is missing, and makes it unreadable for others.
///
/// # Errors
/// When no home is known, or it cannot be written.
pub fn prepare() -> io::Result<PathBuf> {
    let path = path().ok_or_else(|| io::Error::other("no home folder is known"))?;
    if let Some(dir) = path.parent() {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
    }
    let file = OpenOptions::new().append(true).create(true).mode(0o600).open(&path)?;
    file.set_permissions(fs::Permissions::from_mode(0o600))?;
    Ok(path)
}
