//! The files of a data set by the paths that its catalog has, members of archives included.

use std::collections::HashMap;
use std::io;
use std::path::{Component, Path};
use std::sync::Mutex;

use super::archive::Archives;
use super::dicom::ByteSource;
use super::source_file::FileOrigin;
use super::source_root::SourceRoot;

/// A data set's folder or store. Paths come from a catalog that a stranger may have written: none leads out
/// of the folder by `..` or from its root.
pub struct DataSetFiles {
    /// The reason where it cannot be opened.
    root: Result<SourceRoot, (io::ErrorKind, String)>,
    /// Members by path, of each archive that was opened.
    archives: Mutex<HashMap<String, HashMap<Box<str>, u32>>>,
}

impl DataSetFiles {
    /// The files below `root`.
    pub fn new(root: &Path) -> Self {
        let root = SourceRoot::open(root).map_err(|error| (error.kind(), error.to_string()));
        Self { root, archives: Mutex::default() }
    }

    /// Opens the file at a path and hands it on, with its length.
    ///
    /// # Errors
    /// When the file is missing, lies outside the folder, or is not a regular file, and those of
    /// `use_file`.
    pub fn read<T, E: From<io::Error>>(
        &self,
        path: &str,
        use_file: impl FnOnce(&dyn ByteSource, u64) -> Result<T, E>,
    ) -> Result<T, E> {
        let is_inside = |part: Component<'_>| matches!(part, Component::Normal(_));
        if path.is_empty() || !Path::new(path).components().all(is_inside) {
            return Err(io::Error::other("the path leads out of the data set's folder").into());
        }
        match self.root()?.open_path(Path::new(path)) {
            Ok(file) => {
                let length = file.length()?;
                use_file(&file, length)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound && path.contains("!/") => {
                let bytes = self.member(path)?;
                use_file(&bytes.as_slice(), bytes.len() as u64)
            }
            Err(error) => Err(error.into()),
        }
    }

    fn root(&self) -> io::Result<&SourceRoot> {
        self.root.as_ref().map_err(|(kind, reason)| io::Error::new(*kind, reason.clone()))
    }

    /// The bytes of a member of a zip archive.
    fn member(&self, path: &str) -> io::Result<Vec<u8>> {
        let missing = || io::Error::from(io::ErrorKind::NotFound);
        let mut ends = path.match_indices("!/").map(|(end, _)| end);
        let root = self.root()?;
        let is_file = |end: &usize| {
            root.look_up(path[..*end].to_owned()).is_ok_and(|file| !file.is_missing())
        };
        let archive = &path[..ends.find(is_file).ok_or_else(missing)?];
        let archives = Archives::new(root);
        let index = {
            let mut known = self.archives.lock().map_err(|_| missing())?;
            if !known.contains_key(archive) {
                let listing = archives.list(&root.look_up(archive.to_owned())?);
                let listing = listing.map_err(io::Error::other)?.unwrap_or_default();
                let members =
                    listing.members.into_iter().filter_map(|member| match member.origin {
                        FileOrigin::Member { index, .. } => Some((member.path, index)),
                        _ => None,
                    });
                known.insert(archive.to_owned(), members.collect());
            }
            known.get(archive).and_then(|members| members.get(path)).copied()
        };
        archives.member(Path::new(archive), index.ok_or_else(missing)?)?.whole()
    }
}
