//! What a run looks into: the files found, and the members of archives among them.

use rayon::prelude::*;

use super::recall::State;
use crate::sources::archive::{self, Archives};
use crate::sources::discovery::{Found, Origin};

/// The files and the members of their archives, sorted by path. Of an archive that is as it was in
/// the last run the members are known; any other is opened.
pub fn with_members(
    mut files: Vec<Found>,
    last: Option<&State>,
    archives: &Archives<'_>,
) -> Vec<Found> {
    let candidates = files.par_iter().filter(|found| archive::may_be(&found.path));
    let members: Vec<Found> = candidates
        .flat_map_iter(|found| match last.and_then(|state| state.members(found)) {
            Some(known) => known,
            // What cannot be listed is told of when the file's own turn comes.
            None => archives.list(found).ok().flatten().unwrap_or_default().members,
        })
        .collect();
    if !members.is_empty() {
        files.extend(members);
        files.par_sort_by(|a, b| a.path.cmp(&b.path));
        // A file that is called like a member stands before it, and stays.
        files.dedup_by(|later, first| later.path == first.path);
    }
    files
}

impl State {
    /// The members of an archive that is as it was; none when it is not.
    fn members(&self, archive: &Found) -> Option<Vec<Found>> {
        let at = self.files().binary_search_by(|known| known.path.cmp(&archive.path)).ok()?;
        let known = self.files().get(at).filter(|known| *known == archive)?;
        let prefix = format!("{}!/", known.path);
        let start = self.files().partition_point(|file| *file.path < *prefix);
        let below = self.files().get(start..)?.iter();
        let below = below.take_while(|file| file.path.starts_with(&prefix));
        let inside = below.filter(|file| matches!(file.origin, Origin::Member { .. }));
        let inside: Vec<Found> = inside.cloned().collect();
        // One that could not be listed then may be listed now: permissions leave no trace in time.
        let listed = !inside.is_empty() || !known.path.to_ascii_lowercase().ends_with(".zip");
        listed.then_some(inside)
    }
}
