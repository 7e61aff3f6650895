//! Croissant 1.0: `croissant.json` describes `images.csv`, its columns and the parts of the split.
//!
//! Source: docs.mlcommons.org/croissant, specification 1.0.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{FormatJob, FormatWriter, fact, put};
use crate::disk::hex;
use crate::manifest::image::ManifestImage;
use crate::manifest::path_style::csv_path;
use crate::manifest::selection::Exclusions;
use crate::manifest::{ManifestError, csv_file, roles, rows};
use crate::tables::spec;

pub(super) struct CroissantWriter {
    job: FormatJob,
    sheet: csv_file::CsvDraft,
}

impl CroissantWriter {
    pub fn new(job: FormatJob) -> Self {
        let mut columns = rows::IMAGE.to_vec();
        columns.push("class");
        Self { job, sheet: csv_file::CsvDraft::new(&columns) }
    }

    fn field(&self, name: &str) -> Value {
        let mut field = json!({
            "@type": "cr:Field",
            "@id": format!("images/{name}"),
            "name": name,
            "description": describe(name),
            "dataType": "sc:Text",
            "source": { "fileObject": { "@id": "images.csv" }, "extract": { "column": name } },
        });
        if name == "split" && self.job.is_split {
            field["references"] = json!({ "field": { "@id": "splits/name" } });
        }
        field
    }

    /// The parts as a set of records of its own, each with what it is for.
    fn splits(&self) -> Value {
        let data: Vec<Value> = self
            .job
            .parts
            .iter()
            .map(|part| {
                let role = match roles::role(part) {
                    Some("validation") => "validation",
                    Some("testing") => "test",
                    _ => "training",
                };
                json!({
                    "splits/name": part,
                    "splits/url": format!("https://mlcommons.org/definitions/{role}_split"),
                })
            })
            .collect();
        let field = |name: &str, kinds: Value| json!({ "@type": "cr:Field", "@id": format!("splits/{name}"), "name": name, "dataType": kinds });
        json!({
            "@type": "cr:RecordSet",
            "@id": "splits",
            "name": "splits",
            "description": "The parts of the split; no patient stands in two.",
            "dataType": "cr:Split",
            "key": { "@id": "splits/name" },
            "field": [field("name", json!("sc:Text")), field("url", json!(["sc:URL", "wd:Q3985153"]))],
            "data": data,
        })
    }
}

/// What a column says, in the words of the dictionary.
fn describe(name: &str) -> String {
    match name {
        "split" => return "The part of the split.".to_owned(),
        "class" => return "The label, else the diagnosis, as a number.".to_owned(),
        _ => {}
    }
    let tables = [spec::find("images"), spec::find("patients")];
    let columns = tables.into_iter().flatten().flat_map(|table| &table.columns);
    let found = columns.into_iter().find(|column| column.name == name);
    found.map(|column| column.description.clone()).unwrap_or_default()
}

impl FormatWriter for CroissantWriter {
    fn images(
        &mut self,
        images: Vec<ManifestImage>,
        _: &mut Exclusions,
    ) -> Result<Vec<ManifestImage>, ManifestError> {
        for image in &images {
            let class = self.job.classes.of(image).map(|class| class.to_string());
            let path = csv_path(&image.listed);
            let mut cells = image.cells(&path).to_vec();
            cells.push(class.as_deref());
            self.sheet.row(&cells);
        }
        Ok(images)
    }

    fn finish(mut self: Box<Self>) -> Result<String, ManifestError> {
        let empty = csv_file::CsvDraft::new(&[]);
        let text = std::mem::replace(&mut self.sheet, empty).text();
        let mut fields: Vec<Value> = rows::IMAGE.iter().map(|name| self.field(name)).collect();
        fields.push(self.field("class"));
        let mut sets = vec![json!({
            "@type": "cr:RecordSet",
            "@id": "images",
            "name": "images",
            "description": "One record per image.",
            "field": fields,
        })];
        if self.job.is_split {
            sets.insert(0, self.splits());
        }
        let mut value: Value = serde_json::from_str(fact("croissant")).unwrap_or_default();
        value["name"] = json!(self.job.name);
        value["description"] = json!(format!(
            "Mammograms listed by mammodex: {}. Classes: {}.",
            self.job.name,
            self.job.classes.legend()
        ));
        value["distribution"] = json!([{
            "@type": "cr:FileObject",
            "@id": "images.csv",
            "name": "images.csv",
            "description": "The images with their parts; paths are those of the DICOM files.",
            "contentUrl": "images.csv",
            "encodingFormat": "text/csv",
            "sha256": hex(&Sha256::digest(text.as_bytes())),
        }]);
        value["recordSet"] = json!(sets);
        put(&self.job.folder, "images.csv", text.as_bytes())?;
        put(&self.job.folder, "croissant.json", super::json(&value).as_bytes())?;
        Ok(String::new())
    }
}
