//! The manifest's own files: all that was written, and what was added since.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use serde::Deserialize;

use super::super::format_facts::format_fact;
use super::super::provenance::{OutputFile, ProvenanceRecord};
use super::difference::DifferenceList;
use crate::disk::{files_below, is_inside, sha256_of_file};
use crate::storage::{Requests, request};
use crate::text::counted;

/// What became of the manifest's own files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum OutputState {
    /// All have the recorded content.
    Same,
    /// One has another content.
    Changed,
    /// One cannot be read.
    Gone,
}

/// Compares the manifest's files with the provenance.
pub fn check(
    manifest: &Path,
    record: &ProvenanceRecord,
    differences: &mut DifferenceList,
) -> OutputState {
    let is_folder = record.request.format.is_folder();
    let look = |file: &OutputFile| {
        if !is_folder {
            return compare(manifest, file);
        }
        if !is_inside(&file.path) {
            return Some((
                OutputState::Gone,
                "the provenance names a file outside the folder".into(),
            ));
        }
        compare(&manifest.join(&file.path), file)
    };
    let files = record.manifest.files.iter().collect();
    let looked = Requests::default().map(files, || (), |_, file| look(file));
    let mut state = OutputState::Same;
    for (file, difference) in record.manifest.files.iter().zip(looked) {
        let Some((file_state, message)) = difference else { continue };
        state = state.max(file_state);
        let path = if is_folder { manifest.join(&file.path) } else { manifest.to_owned() };
        differences.add("manifest", path.display(), message);
    }
    if is_folder {
        let known: BTreeSet<&str> =
            record.manifest.files.iter().map(|file| file.path.as_str()).collect();
        for path in files_below(manifest).unwrap_or_default() {
            let name = path.to_string_lossy();
            if !known.contains(&*name) && !is_from_trainer(&name) {
                let path = manifest.join(&path);
                let message = "it was added since the manifest was written";
                differences.add("manifest", path.display(), message);
            }
        }
    }
    state
}

fn compare(path: &Path, file: &OutputFile) -> Option<(OutputState, String)> {
    let size = match request(|| fs::metadata(path)) {
        Ok(metadata) if metadata.is_file() => metadata.len(),
        Ok(_) => return Some((OutputState::Gone, "it is not a regular file".to_owned())),
        Err(error) => return Some((OutputState::Gone, error.to_string())),
    };
    if size != file.size {
        let message =
            format!("it has {}, the provenance says {}", counted(size, "byte"), file.size);
        return Some((OutputState::Changed, message));
    }
    let recorded = file.sha256.as_ref()?;
    match sha256_of_file(path) {
        Ok(sha256) if sha256 == *recorded => None,
        Ok(_) => {
            let message = "its content was changed: its checksum differs".to_owned();
            Some((OutputState::Changed, message))
        }
        Err(error) => Some((OutputState::Gone, error.to_string())),
    }
}

/// Files that trainers put beside their data: `schema/formats/added.toml`.
#[derive(Default, Deserialize)]
struct AddedFiles {
    endings: Vec<String>,
    names: Vec<String>,
}

/// Whether a file is one that trainers put beside their data, such as YOLO's caches.
fn is_from_trainer(path: &str) -> bool {
    static ADDED: LazyLock<AddedFiles> =
        LazyLock::new(|| toml::from_str(format_fact("added")).unwrap_or_default());
    let ending = |ending: &String| path.ends_with(ending.as_str());
    let name = |part: &str| ADDED.names.iter().any(|name| name == part);
    ADDED.endings.iter().any(ending) || path.split('/').any(name)
}
