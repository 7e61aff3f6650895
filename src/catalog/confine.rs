//! The kernel as the outermost wall of a safe session: Landlock, Linux 5.13 and later.
//!
//! DuckDB's own walls (`allowed_paths`, a locked configuration) and the check of every statement are inside
//! it; a fault in one of them reaches no file that is not listed here, and no network.

use std::path::{Path, PathBuf};

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, CompatLevel, Compatible, PathBeneath, PathFd, Ruleset,
    RulesetAttr, RulesetCreatedAttr, RulesetError, RulesetStatus, Scope,
};

use super::error::CatalogError;

/// The newest interface of the kernel that is used; an older kernel enforces what it knows.
const INTERFACE: ABI = ABI::V6;

/// What DuckDB and the C library read while they run.
const SYSTEM: &[&str] =
    &["/proc/self", "/proc/meminfo", "/proc/cpuinfo", "/sys/fs/cgroup", "/sys/devices/system/cpu"];
/// Devices that are read and written.
const DEVICES: &[&str] = &["/dev/null", "/dev/zero", "/dev/urandom", "/dev/tty"];

/// How far the kernel confines the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confinement {
    /// To the listed files, and no network.
    Full,
    /// To the listed files; an older kernel leaves some of the network open.
    Partial,
    /// Not at all: the kernel has no Landlock, or it is switched off.
    None,
}

/// Confines this thread, and all threads and processes that it starts, for good: it may read below some
/// folders, write below others, and use no network. Files that are open stay open.
///
/// # Errors
/// When the kernel refuses the rules.
pub fn confine(read: &[PathBuf], write: &[PathBuf]) -> Result<Confinement, CatalogError> {
    let failed = |error: RulesetError| CatalogError::Confine(error.to_string());
    let mut ruleset = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(INTERFACE))
        .and_then(|ruleset| ruleset.handle_access(AccessNet::from_all(INTERFACE)))
        .and_then(|ruleset| ruleset.scope(Scope::from_all(INTERFACE)))
        .and_then(Ruleset::create)
        .map_err(failed)?;
    let reading = AccessFs::ReadFile | AccessFs::ReadDir;
    let writing = AccessFs::from_all(INTERFACE) & !AccessFs::Execute;
    let fixed = |paths: &'static [&str]| paths.iter().map(Path::new);
    let listed = read.iter().filter_map(|path| above_wildcards(path));
    let listed = listed.map(|folder| (folder, AccessFs::ReadDir.into()));
    let rules =
        fixed(SYSTEM).chain(read.iter().map(PathBuf::as_path)).map(|path| (path, reading)).chain(
            fixed(DEVICES).chain(write.iter().map(PathBuf::as_path)).map(|path| (path, writing)),
        );
    for (path, access) in rules.chain(listed) {
        // What is not there cannot be read.
        let Ok(place) = PathFd::new(path) else { continue };
        let access = if path.is_dir() { access } else { access & AccessFs::from_file(INTERFACE) };
        ruleset = ruleset.add_rule(PathBeneath::new(place, access)).map_err(failed)?;
    }
    let status = ruleset.restrict_self().map_err(failed)?;
    Ok(match status.ruleset {
        RulesetStatus::FullyEnforced => Confinement::Full,
        RulesetStatus::PartiallyEnforced => Confinement::Partial,
        RulesetStatus::NotEnforced => Confinement::None,
    })
}

/// The folder above the first part of a path that has wildcards: DuckDB lists it to find the part.
fn above_wildcards(path: &Path) -> Option<&Path> {
    let has_wildcards = |path: &Path| {
        path.file_name().is_some_and(|name| name.to_string_lossy().contains(['*', '?', '[']))
    };
    path.ancestors().filter(|path| has_wildcards(path)).last()?.parent()
}
