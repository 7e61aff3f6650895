//! The files of a run: those found or listed, and the members of archives among them.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::Path;

use super::error::IndexError;
use super::inventory::{self, Inventory};
use super::request::FileSelection;
use super::state::{self, MemberExtent, RunState};
use crate::sources::archive::{self, Archives};
use crate::sources::discovery::FolderWalk;
use crate::sources::files::FileTable;
use crate::sources::source_file::{FileOrigin, SourceFile};
use crate::sources::source_root::SourceRoot;
use crate::storage::Requests;

/// The files of a run.
pub struct IndexPlan {
    /// Files and members of archives, sorted by path, and what could not be looked at.
    pub walk: FolderWalk,
    /// Which members of archives are among the files.
    pub archives: MemberExtent,
    /// The moment from which files are read, in nanoseconds since 1970; absent for a store, whose ETags show
    /// every change.
    pub began: Option<i64>,
}

/// What is looked for below a data set's folder.
pub struct FileSearch<'a> {
    /// The folder as given.
    pub dataset: &'a Path,
    /// It, opened.
    pub root: &'a SourceRoot,
    /// The files that are read.
    pub selection: &'a FileSelection,
    /// A folder that is not looked into: what is written.
    pub skip: &'a Path,
}

/// Finds the files of a data set, or looks up those that are listed.
///
/// # Errors
/// When the data set's folder or the list cannot be read.
pub fn find_files(
    search: &FileSearch<'_>,
    previous: Option<&RunState>,
    archives: &Archives<'_>,
    requests: &Requests,
) -> Result<IndexPlan, IndexError> {
    let FileSearch { dataset, root, selection, skip } = *search;
    let (mut walk, members) = match selection {
        FileSelection::All => {
            let unread = |source| IndexError::Dataset { path: dataset.to_owned(), source };
            let skip = [skip.to_owned()];
            (root.walk(&skip, requests).map_err(unread)?, HashMap::new())
        }
        FileSelection::Listed(list) => {
            let Inventory { files, members } = inventory::read(list, dataset, root, requests)?;
            (FolderWalk { files: files.into_iter().collect(), errors: Vec::new() }, members)
        }
    };
    let began = root.folder().map(|_| state::await_next_tick(&walk.files));
    let extent = if members.is_empty() { MemberExtent::Whole } else { MemberExtent::Some };
    let previous = previous.filter(|state| state.archives() == MemberExtent::Whole);
    walk.files = with_members(walk.files, previous, archives, members, requests);
    Ok(IndexPlan { walk, archives: extent, began })
}

/// The files and the members of their archives, sorted by path. The members of an archive that is
/// unchanged since the `previous` run are known; any other archive is opened. `only` limits the
/// members of some archives.
pub fn with_members(
    mut files: FileTable,
    previous: Option<&RunState>,
    archives: &Archives<'_>,
    only: HashMap<Box<str>, BTreeSet<String>>,
    requests: &Requests,
) -> FileTable {
    let candidates = files.places(archive::may_be).into_iter();
    let candidates = candidates.filter_map(|place| files.get(place));
    let candidates = candidates.filter(|file| file.origin == FileOrigin::File).collect();
    let list = |_: &mut (), file: SourceFile| {
        let known = previous.and_then(|state| state.members(&file));
        // An archive that cannot be listed is reported when it is read.
        let list = || archives.list(&file).ok().flatten().unwrap_or_default().members;
        let mut members = known.unwrap_or_else(list);
        if let Some(named) = only.get(&file.path) {
            members.retain(|member| named.contains(&*member.path));
        }
        members
    };
    let mut members: Vec<SourceFile> =
        requests.map(candidates, || (), list).into_iter().flatten().collect();
    let present: HashSet<&str> = members.iter().map(|member| &*member.path).collect();
    let absent = only.values().flatten().filter(|path| !present.contains(path.as_str()));
    let missing: Vec<SourceFile> = absent.cloned().map(SourceFile::missing).collect();
    members.extend(missing);
    if !members.is_empty() {
        files.extend(members);
        files.sort();
        // A file with the path of a member sorts before it and stays.
        files.dedup();
    }
    files
}
