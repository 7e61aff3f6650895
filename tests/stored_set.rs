//! A data set of which a copy is in a store on loopback.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use mammodex::sample::SampleFlaws;

use crate::fixture::{Said, mammodex, run, run_in};
use crate::incremental::assert_same;
use crate::sample_data::{SampleDataSet, files_below};
use crate::store_stub::{StoreStub, StubFault, StubRequest};

pub const BUCKET: &str = "clinic";
pub const DATA: &str = "s3://clinic/data";
pub const SECRET: &str = "NotASecretOfAnybody";

/// A data set of which a copy is in a store: its files have times of whole seconds, as stores show them.
pub struct StoredSet {
    pub set: SampleDataSet,
}

impl StoredSet {
    pub fn new(patients: u32, faults: SampleFlaws) -> Self {
        let set = SampleDataSet::empty();
        fs::remove_dir(set.root()).unwrap();
        let patients = patients.to_string();
        let flaws: &[&str] = if faults == SampleFlaws::Without { &[] } else { &["--flaws"] };
        let arguments =
            [&["sample", "data", "--patients", &patients, "--pixels", "none"], flaws].concat();
        let said = run_in(set.dir.path(), &arguments, "");
        assert_eq!(said.code, 0, "{}", said.err);
        let stored = Self { set };
        stored.set_times();
        stored
    }

    pub fn set_times(&self) {
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        for (_, path) in files_below(&self.set.root()) {
            File::options().append(true).open(path).unwrap().set_modified(time).unwrap();
        }
    }

    pub fn dir(&self) -> &Path {
        self.set.dir.path()
    }

    pub fn store(&self) -> StoreStub {
        StoreStub::sound(self.dir().to_owned(), BUCKET)
    }

    /// A store that fails as told, 100 keys in a page.
    pub fn failing(
        &self,
        latency: Duration,
        faults: impl Fn(&StubRequest) -> StubFault + Send + Sync + 'static,
    ) -> StoreStub {
        StoreStub::new(self.dir().to_owned(), BUCKET, 100, latency, faults)
    }

    /// Indexes the folder into the catalog `local`.
    pub fn index_folder(&self, more: &[&str]) -> Said {
        let said = self.set.index("local", more);
        assert!(said.code < 2, "{}", said.err);
        said
    }

    /// Indexes the store into a catalog.
    pub fn index_store(&self, store: &StoreStub, catalog: &str, more: &[&str]) -> Said {
        let arguments = [&["index", DATA, "--catalog", catalog], more].concat();
        run(with_store(&mut mammodex(self.dir()), &store.url).args(arguments), self.dir(), "")
    }

    pub fn assert_same(&self, catalog: &str) {
        assert_same(&self.dir().join("local"), &self.dir().join(catalog), catalog);
    }
}

/// The settings with which a command reads a store.
pub fn with_store<'c>(command: &'c mut Command, url: &str) -> &'c mut Command {
    for (name, _) in
        std::env::vars().filter(|(name, _)| name.starts_with("AWS_") || name.ends_with("_proxy"))
    {
        command.env_remove(name);
    }
    command
        .env("AWS_ENDPOINT_URL", url)
        .env("AWS_ACCESS_KEY_ID", "AKIDOFNOBODY")
        .env("AWS_SECRET_ACCESS_KEY", SECRET)
        .env("AWS_EC2_METADATA_DISABLED", "true")
}

/// Packs a folder of the data set into an archive beside it.
pub fn put_into_archive(root: &Path, folder: &str) {
    let files: Vec<(String, PathBuf)> = files_below(&root.join(folder));
    assert!(!files.is_empty(), "{folder}");
    let mut archive =
        zip::ZipWriter::new(File::create(root.join(format!("{folder}.zip"))).unwrap());
    for (name, path) in files {
        let options = zip::write::SimpleFileOptions::default();
        archive.start_file(name, options).unwrap();
        archive.write_all(&fs::read(path).unwrap()).unwrap();
    }
    archive.finish().unwrap();
    fs::remove_dir_all(root.join(folder)).unwrap();
}
