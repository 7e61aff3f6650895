//! Large files whose content was compared with its checksum, remembered for this user's later runs.
//!
//! A line of `verified-tables` in the user's cache folder is device, inode, length, times of modification
//! and of status change in nanoseconds, and SHA-256. Every write to a file changes its status, so a line
//! holds until the file is written; what decays on the medium is found by reading alone.

use std::fs::{self, File, Metadata};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rustix::fs::OFlags;

use super::checksum::sha256_of_file;
use super::regular::{open_regular, regular};

/// A longer list is begun again: some four hundred tables.
const LONGEST_LIST: u64 = 64 << 10;

/// A file that was written so lately may change once more without a change of its times.
const TOO_NEW: Duration = Duration::from_secs(2);

/// Compares the content of a file with its SHA-256, or recalls that this was done since it was last
/// written.
///
/// # Errors
/// When the file cannot be read.
pub fn matches_sha256(path: &Path, sha256: &str) -> io::Result<bool> {
    let before = identity(&open_regular(path)?.metadata()?);
    let line = format!("{before} {sha256}\n");
    let list = list_path();
    if list.as_ref().is_some_and(|list| recalls(list, &line)) {
        return Ok(true);
    }
    if sha256_of_file(path)? != sha256 {
        return Ok(false);
    }
    let metadata = fs::metadata(path)?;
    if let Some(list) = list.filter(|_| identity(&metadata) == before && is_settled(&metadata)) {
        // What cannot be remembered is compared again.
        let _ = remember(&list, &line);
    }
    Ok(true)
}

fn identity(metadata: &Metadata) -> String {
    let nanoseconds =
        |seconds: i64, rest: i64| i128::from(seconds) * 1_000_000_000 + i128::from(rest);
    format!(
        "{} {} {} {} {}",
        metadata.dev(),
        metadata.ino(),
        metadata.len(),
        nanoseconds(metadata.mtime(), metadata.mtime_nsec()),
        nanoseconds(metadata.ctime(), metadata.ctime_nsec()),
    )
}

fn is_settled(metadata: &Metadata) -> bool {
    let age = |time: SystemTime| SystemTime::now().duration_since(time).unwrap_or_default();
    let changed = u64::try_from(metadata.ctime()).unwrap_or(u64::MAX);
    let changed = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(changed));
    metadata.modified().is_ok_and(|time| age(time) > TOO_NEW)
        && changed.is_some_and(|time| age(time) > TOO_NEW)
}

/// The list, in `XDG_CACHE_HOME`, else `~/.cache`; none without either.
fn list_path() -> Option<PathBuf> {
    let folder =
        |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let cache = folder("XDG_CACHE_HOME").or_else(|| Some(folder("HOME")?.join(".cache")))?;
    Some(cache.join("mammodex/verified-tables"))
}

/// Whether the list has the line. A list of another user, or one that others may write, is not believed.
fn recalls(list: &Path, line: &str) -> bool {
    let read = || -> io::Result<String> {
        let flags = i32::try_from((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits());
        let flags = flags.map_err(io::Error::other)?;
        let file = regular(File::options().read(true).custom_flags(flags).open(list)?)?;
        let metadata = file.metadata()?;
        let is_own = metadata.uid() == rustix::process::geteuid().as_raw();
        if !is_own || metadata.mode() & 0o022 != 0 {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        let mut text = String::new();
        file.take(2 * LONGEST_LIST).read_to_string(&mut text)?;
        Ok(text)
    };
    read().is_ok_and(|text| text.split_inclusive('\n').any(|known| known == line))
}

/// Adds a line, by one write, so that runs at the same time do not mix theirs.
fn remember(list: &Path, line: &str) -> io::Result<()> {
    if let Some(folder) = list.parent() {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    if fs::symlink_metadata(list).is_ok_and(|metadata| metadata.len() > LONGEST_LIST) {
        fs::remove_file(list)?;
    }
    let flags = i32::try_from((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits());
    let flags = flags.map_err(io::Error::other)?;
    let file =
        File::options().append(true).create(true).mode(0o600).custom_flags(flags).open(list)?;
    regular(file)?.write_all(line.as_bytes())
}
