//! A folder in memory for files that are read by path.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use mammodex::index::{FileSelection, IndexProgress, IndexRequest, OnErrors, OnLoss, ReadDepth};
use mammodex::sample::{self, SampleFlaws, SamplePixels, SampleRequest};

/// A small data set `data` and its catalog `catalog`.
static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    let memory = Path::new("/dev/shm");
    let parent = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
    let folder = parent.join(format!("mammodex-fuzz-{}", std::process::id()));
    let root = folder.join("data");
    sample::write(&SampleRequest {
        root: root.clone(),
        patients: 10,
        seed: 7,
        pixels: SamplePixels::None,
        readers: 1,
        faults: SampleFlaws::Without,
    })
    .expect("a sample");
    let request = IndexRequest {
        requests: 256,
        dataset: root,
        catalog: folder.join("catalog"),
        files: FileSelection::All,
        tags: Vec::new(),
        depth: ReadDepth::Header,
        profile: None,
        pseudonym_key: None,
        on_errors: OnErrors::Publish,
        on_loss: OnLoss::Refuse,
    };
    mammodex::index::run(&request, &Silent).expect("a catalog");
    for name in ["cohorts", "splits", "reviews", "checks"] {
        fs::create_dir_all(folder.join("catalog").join(name)).expect("a folder");
    }
    folder
});

struct Silent;

impl IndexProgress for Silent {
    fn found(&self, _: usize) {}

    fn done(&self, _: usize) {}
}

/// The folder.
pub fn folder() -> &'static Path {
    &FOLDER
}

/// Writes a file there and returns its path.
pub fn write(name: &str, bytes: &[u8]) -> PathBuf {
    let path = FOLDER.join(name);
    fs::write(&path, bytes).expect("a file");
    path
}
