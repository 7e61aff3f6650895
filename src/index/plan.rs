//! What a run looks into: the files found, and the members of archives among them.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::inventory::{self, Inventory};
use super::previous::{self, MemberExtent, RunState};
use super::run::{IndexError, IndexRequest};
use crate::sources::archive::{self, Archives};
use crate::sources::discovery::{self, FolderWalk};
use crate::sources::files::FileTable as Packed;
use crate::sources::source_file::{FileOrigin, SourceFile};

/// What a run looks into.
pub struct IndexPlan {
    /// Files and members of archives, sorted by path, and what could not be looked at.
    pub walk: FolderWalk,
    /// Whether archives are taken whole.
    pub archives: MemberExtent,
    /// The moment from which files are read, in nanoseconds since 1970.
    pub began: i64,
}

/// Which files of a data set are looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileSelection {
    /// Every file below its folder.
    All,
    /// Those that a list names; `-` is standard input.
    Listed(PathBuf),
}

/// Finds the files of a data set, or looks up those that are listed.
///
/// # Errors
/// When the data set's folder or the list cannot be read.
pub fn find(
    request: &IndexRequest,
    root: &Path,
    last: Option<&RunState>,
    archives: &Archives<'_>,
) -> Result<IndexPlan, IndexError> {
    let (mut walk, members) = match &request.files {
        FileSelection::All => {
            let unread = |source| IndexError::Dataset { path: request.dataset.clone(), source };
            (
                discovery::walk(root, std::slice::from_ref(&request.catalog)).map_err(unread)?,
                HashMap::new(),
            )
        }
        FileSelection::Listed(list) => {
            let Inventory { files, members } = inventory::read(list, &request.dataset, root)?;
            (FolderWalk { files: files.into_iter().collect(), unseen: Vec::new() }, members)
        }
    };
    let began = previous::settle(&walk.files);
    let extent = if members.is_empty() { MemberExtent::Whole } else { MemberExtent::Some };
    let last = last.filter(|state| state.archives() == MemberExtent::Whole);
    walk.files = with_members(walk.files, last, archives, members);
    Ok(IndexPlan { walk, archives: extent, began })
}

/// The files and the members of their archives, sorted by path. Of an archive that is as it was in
/// the last run the members are known; any other is opened. `only` limits the members of some.
pub(super) fn with_members(
    mut files: Packed,
    last: Option<&RunState>,
    archives: &Archives<'_>,
    only: HashMap<Box<str>, BTreeSet<String>>,
) -> Packed {
    let candidates = files.places(archive::may_be).into_par_iter();
    let candidates = candidates.filter_map(|at| files.get(at));
    let mut members: Vec<SourceFile> = candidates
        .filter(|found| found.origin == FileOrigin::File)
        .flat_map_iter(|found| {
            let found = &found;
            let known = last.and_then(|state| state.members(found));
            // What cannot be listed is told of when the file's own turn comes.
            let list = || archives.list(found).ok().flatten().unwrap_or_default().members;
            let mut members = known.unwrap_or_else(list);
            if let Some(named) = only.get(&found.path) {
                members.retain(|member| named.contains(&*member.path));
            }
            members
        })
        .collect();
    let there: HashSet<&str> = members.iter().map(|member| &*member.path).collect();
    let named = only.values().flatten().filter(|path| !there.contains(path.as_str()));
    let missing: Vec<SourceFile> = named.cloned().map(SourceFile::missing).collect();
    members.extend(missing);
    if !members.is_empty() {
        files.extend(members);
        files.sort();
        // A file that is called like a member stands before it, and stays.
        files.dedup();
    }
    files
}

impl RunState {
    /// The members of an archive that is as it was; none when it is not.
    fn members(&self, archive: &SourceFile) -> Option<Vec<SourceFile>> {
        let files = self.files();
        let known = files.get(files.from(&archive.path)).filter(|known| known == archive)?;
        let prefix = format!("{}!/", known.path);
        let below = files.some(files.from(&prefix)..files.len());
        let below = below.take_while(|file| file.path.starts_with(&prefix));
        let inside = below.filter(|file| matches!(file.origin, FileOrigin::Member { .. }));
        let inside: Vec<SourceFile> = inside.collect();
        // One that could not be listed then may be listed now: permissions leave no trace in time.
        let listed = !inside.is_empty() || !known.path.to_ascii_lowercase().ends_with(".zip");
        listed.then_some(inside)
    }
}
