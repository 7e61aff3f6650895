//! Which files a shard scans.

use crate::index::classify::comes_first;
use crate::sources::files::FileTable;
use crate::sources::source_file::SourceFile;

/// The places of the files that a shard scans: not those whose name is that of a table or an annotation, which
/// linking reads, nor those whose name is not UTF-8, which no list can name.
pub fn scannable(files: &FileTable) -> Vec<usize> {
    let places = files.places(|path| !comes_first(path)).into_iter();
    let is_text =
        |place: &usize| files.get(*place).is_some_and(|file: SourceFile| file.raw.is_none());
    places.filter(is_text).collect()
}
