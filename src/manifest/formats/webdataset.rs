//! WebDataset: tar shards `PART-000000.tar`, one part per shard. A sample is `KEY.cls` (the number
//! of its class), `KEY.dcm` (the file as it is, or with a de-identified header) and `KEY.json`;
//! `classes.json` names the classes. Samples of a part come in a shuffled order that is always the same, since readers shuffle little
//! more than the order of shards.
//!
//! Headers of members carry no time, owner or rights of the files, so that the same request gives the same
//! bytes. Source: github.com/webdataset/webdataset, the tar format; POSIX.1-1988 (ustar).

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use serde_json::json;

use super::dicom_copy::{self, DicomCopy};
use super::job::{AddFailure, FormatJob, FormatWriter, pretty};
use crate::disk::io_error;
use crate::manifest::error::ManifestError;
use crate::manifest::image::ManifestImage;

/// A shard is closed when it is as long as this: loaders want some hundred MB to some GB.
const SHARD_BYTES: u64 = 1 << 30;

pub struct WebdatasetWriter {
    job: FormatJob,
    shard: Option<TarShard>,
}

/// The class of a sample.
struct ImageClass {
    number: usize,
    name: String,
}

struct TarShard {
    part: usize,
    number: u32,
    bytes: u64,
    tar: tar::Builder<BufWriter<File>>,
}

impl TarShard {
    fn begin(job: &FormatJob, part: usize, number: u32) -> Result<Self, ManifestError> {
        let path = job.folder.join(format!("{}-{number:06}.tar", job.parts[part]));
        let file = File::create(&path).map_err(io_error("write", &path))?;
        let tar = tar::Builder::new(BufWriter::with_capacity(1 << 20, file));
        Ok(Self { part, number, bytes: 0, tar })
    }

    fn add(&mut self, name: &str, size: u64, content: impl Read) -> io::Result<()> {
        let mut header = tar::Header::new_ustar();
        header.set_size(size);
        header.set_mode(0o644);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(0);
        header.set_entry_type(tar::EntryType::Regular);
        self.bytes += 512 + size.div_ceil(512) * 512;
        self.tar.append_data(&mut header, name, content)
    }

    fn sample(
        &mut self,
        image: &ManifestImage,
        class: &ImageClass,
        file: DicomCopy,
    ) -> io::Result<()> {
        let facts = json!({
            "split": image.split,
            "case_id": image.case_id,
            "diagnosis": image.diagnosis,
            "label": class.number,
            "class": class.name,
            "view": image.view,
            "laterality": image.laterality,
            "spacing_mm": image.spacing_mm,
            "photometric_interpretation": image.photometric,
            "path": image.path,
            "sop_instance_uid": image.sop_instance_uid,
        })
        .to_string();
        let (key, number) = (&image.key, class.number.to_string());
        self.add(&format!("{key}.cls"), number.len() as u64, number.as_bytes())?;
        self.add(&format!("{key}.dcm"), file.size, file)?;
        self.add(&format!("{key}.json"), facts.len() as u64, facts.as_bytes())
    }

    fn finish(self) -> io::Result<()> {
        self.tar.into_inner()?.flush()
    }
}

impl WebdatasetWriter {
    pub fn new(job: FormatJob) -> Self {
        Self { job, shard: None }
    }

    /// The number of an image's class.
    fn class(&self, image: &ManifestImage) -> Result<usize, AddFailure> {
        self.job.classes.number(image).ok_or_else(|| AddFailure::unclassed(image))
    }

    /// Where an object of a store is copied to before its turn, so that several are fetched at a time; absent for
    /// files of a folder.
    fn fetched(&self, image: &ManifestImage) -> Option<PathBuf> {
        let is_store = self.job.root.folder().is_none();
        is_store.then(|| self.job.folder.join(format!("{}.fetched", image.key)))
    }

    /// The shard that the next sample of a part goes to.
    fn shard(&mut self, part: usize) -> Result<&mut TarShard, ManifestError> {
        let next = match &self.shard {
            Some(shard) if shard.part != part => Some(0),
            Some(shard) if shard.bytes >= SHARD_BYTES => Some(shard.number + 1),
            Some(_) => None,
            None => Some(0),
        };
        if let Some(number) = next {
            self.close()?;
            self.shard = Some(TarShard::begin(&self.job, part, number)?);
        }
        self.shard.as_mut().ok_or_else(|| ManifestError::Request("no shard is open".to_owned()))
    }

    fn close(&mut self) -> Result<(), ManifestError> {
        match self.shard.take() {
            None => Ok(()),
            Some(shard) => Ok(shard.finish().map_err(io_error("write", &self.job.folder))?),
        }
    }
}

impl FormatWriter for WebdatasetWriter {
    fn prepare(&self, image: &mut ManifestImage) -> Result<(), AddFailure> {
        self.class(image)?;
        dicom_copy::inspect(&self.job, image)?;
        match self.fetched(image) {
            Some(place) => dicom_copy::write(&self.job, image, &place),
            None => Ok(()),
        }
    }

    fn add(&mut self, part: usize, image: &ManifestImage) -> Result<(), AddFailure> {
        let number = self.class(image)?;
        let class = ImageClass { number, name: self.job.classes.names[number].clone() };
        let fetched = self.fetched(image);
        let file = match &fetched {
            Some(place) => DicomCopy::of_file(place).map_err(io_error("read", place))?,
            None => dicom_copy::open(&self.job, image)?,
        };
        let shard = self.shard(part)?;
        shard.sample(image, &class, file).map_err(io_error("copy", Path::new(&image.path)))?;
        if let Some(place) = fetched {
            fs::remove_file(&place).map_err(io_error("remove", &place))?;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<String, ManifestError> {
        self.close()?;
        let classes = pretty(&json!(self.job.classes.names));
        self.job.put("classes.json", classes.as_bytes())?;
        Ok(String::new())
    }
}
