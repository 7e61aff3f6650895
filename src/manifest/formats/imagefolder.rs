//! An image folder of Hugging Face datasets: `PART/KEY.png` beside `PART/metadata.csv`, whose column
//! `file_name` names the image; `README.md` names the parts.

use super::{FormatJob, FormatWriter, png, put};
use crate::manifest::image::ManifestImage;
use crate::manifest::path_style::csv_path;
use crate::manifest::selection::Exclusions;
use crate::manifest::{ManifestError, csv_file};

pub(super) struct ImageFolderWriter {
    sheets: Vec<csv_file::CsvDraft>,
    job: FormatJob,
}

const COLUMNS: [&str; 8] = [
    "file_name",
    "case_id",
    "diagnosis",
    "label",
    "view",
    "laterality",
    "path",
    "sop_instance_uid",
];

impl ImageFolderWriter {
    pub fn new(job: FormatJob) -> Self {
        let sheets = job.parts.iter().map(|_| csv_file::CsvDraft::new(&COLUMNS)).collect();
        Self { sheets, job }
    }
}

impl FormatWriter for ImageFolderWriter {
    fn images(
        &mut self,
        images: Vec<ManifestImage>,
        left_out: &mut Exclusions,
    ) -> Result<Vec<ManifestImage>, ManifestError> {
        let folder = &self.job.folder;
        let place =
            |image: &ManifestImage| folder.join(image.part()).join(format!("{}.png", image.key));
        let written = png::convert(images, place, left_out)?;
        for image in &written {
            let at = self.job.parts.iter().position(|part| part == image.part()).unwrap_or(0);
            let class = self.job.classes.of(image).map(|class| class.to_string());
            self.sheets[at].row(&[
                Some(&format!("{}.png", image.key)),
                Some(&image.case_id),
                image.diagnosis.as_deref(),
                class.as_deref(),
                image.view.as_deref(),
                image.laterality.as_deref(),
                Some(&csv_path(&image.path)),
                image.sop_instance_uid.as_deref(),
            ]);
        }
        Ok(written)
    }

    fn finish(self: Box<Self>) -> Result<String, ManifestError> {
        let Self { job, sheets } = *self;
        let mut card = "---\nconfigs:\n- config_name: default\n  data_files:\n".to_owned();
        for (part, sheet) in job.parts.iter().zip(sheets) {
            if sheet.is_empty() {
                continue;
            }
            // A split's name has no `-` there.
            card.push_str(&format!(
                "  - split: {}\n    path: \"{part}/**\"\n",
                part.replace('-', "_")
            ));
            put(&job.folder, &format!("{part}/metadata.csv"), sheet.text().as_bytes())?;
        }
        card.push_str(&format!("---\n\n# {}\n\n", job.name));
        card.push_str(&format!("Column `label`: {}.\n", job.classes.legend()));
        put(&job.folder, "README.md", card.as_bytes())?;
        Ok(String::new())
    }
}
