//! A list of copies for `s5cmd run`: every image from where it lies in object storage to a folder
//! of its part, under the path that the data set has for it.

use std::fmt::Write as _;

use super::job::{AddFailure, FormatJob, FormatWriter};
use crate::manifest::error::ManifestError;
use crate::manifest::image::ManifestImage;
use crate::manifest::request::PathNaming;
use crate::manifest::selection::ExclusionReason;

pub struct S5cmdWriter {
    job: FormatJob,
    lines: String,
}

impl S5cmdWriter {
    pub fn new(job: FormatJob) -> Result<Self, ManifestError> {
        let address = match &job.options.paths {
            PathNaming::Under(address) => address.clone(),
            PathNaming::Absolute if job.root.folder().is_none() => {
                job.root.path().display().to_string()
            }
            _ => return Err(ManifestError::Request(
                "s5cmd: say where the data set lies in object storage: --under s3://BUCKET/FOLDER"
                    .to_owned(),
            )),
        };
        let mut lines = format!("# {} from {address}\n", job.name);
        lines
            .push_str("# s5cmd run THIS_FILE; add --no-sign-request or --endpoint-url as needed\n");
        Ok(Self { job, lines })
    }
}

impl FormatWriter for S5cmdWriter {
    fn add(&mut self, part: usize, image: &ManifestImage) -> Result<(), AddFailure> {
        // The list is read line by line, and `*` would be a pattern.
        if image.path.contains(['\n', '\r', '*', '?', '[']) {
            let why = "a command cannot name it";
            return Err(AddFailure::rejected(ExclusionReason::Unfit, image, why));
        }
        let target = format!("{}/{}", self.job.parts[part], image.path);
        // Writing to a String cannot fail.
        let _ = writeln!(self.lines, "cp {} {}", quoted(&image.listed), quoted(&target));
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<String, ManifestError> {
        Ok(self.lines)
    }
}

/// Quoted as a shell would have it.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-:=,+@".contains(c);
    if text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}
