//! Croissant 1.0: `croissant.json` describes `images.csv`, its columns and the parts of the split.
//!
//! Source: docs.mlcommons.org/croissant, specification 1.0.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::job::{AddFailure, FormatJob, FormatWriter, pretty};
use crate::disk::hex;
use crate::manifest::csv_file::CsvDraft;
use crate::manifest::error::ManifestError;
use crate::manifest::format_facts::format_fact;
use crate::manifest::image::ManifestImage;
use crate::manifest::path_style::csv_path;
use crate::manifest::{roles, rows};
use crate::tables::spec;

pub struct CroissantWriter {
    job: FormatJob,
    csv: CsvDraft,
}

impl CroissantWriter {
    pub fn new(job: FormatJob) -> Self {
        let mut columns = rows::IMAGE.to_vec();
        columns.push("class");
        Self { job, csv: CsvDraft::new(&columns) }
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
        if name == "class" {
            // A class that is not known is an empty cell.
            field["dataType"] = json!(["sc:Integer", "cr:Label"]);
            field["references"] = json!({ "field": { "@id": "classes/number" } });
        }
        if name == "split" && self.job.is_split {
            field["references"] = json!({ "field": { "@id": "splits/name" } });
        }
        field
    }

    /// The classes as a set of records of its own: number and name.
    fn classes(&self) -> Value {
        let names = self.job.classes.names.iter().enumerate();
        let data: Vec<Value> = names
            .map(|(number, name)| json!({ "classes/number": number, "classes/name": name }))
            .collect();
        let field = |name: &str, kind: &str| json!({ "@type": "cr:Field", "@id": format!("classes/{name}"), "name": name, "dataType": kind });
        json!({
            "@type": "cr:RecordSet",
            "@id": "classes",
            "name": "classes",
            "description": "The classes of images.",
            "dataType": "sc:Enumeration",
            "key": { "@id": "classes/number" },
            "field": [field("number", "sc:Integer"), field("name", "sc:Text")],
            "data": data,
        })
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
            "description": "The parts of the split; no patient is in two.",
            "dataType": "cr:Split",
            "key": { "@id": "splits/name" },
            "field": [field("name", json!("sc:Text")), field("url", json!(["sc:URL", "wd:Q3985153"]))],
            "data": data,
        })
    }
}

/// Returns the description of a column, in the words of the dictionary.
fn describe(name: &str) -> String {
    match name {
        "split" => return "The part of the split.".to_owned(),
        "class" => return "The label, else the diagnosis, as a number.".to_owned(),
        _ => {}
    }
    let tables = [spec::find("images"), spec::find("patients")];
    let columns = tables.into_iter().flatten().flat_map(|table| &table.columns);
    let column = columns.into_iter().find(|column| column.name == name);
    column.map(|column| column.description.clone()).unwrap_or_default()
}

impl FormatWriter for CroissantWriter {
    fn add(&mut self, _: usize, image: &ManifestImage) -> Result<(), AddFailure> {
        let class = self.job.classes.number(image).map(|class| class.to_string());
        let path = csv_path(&image.listed);
        let mut cells = image.cells(&path).to_vec();
        cells.push(class.as_deref());
        self.csv.row(&cells);
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<String, ManifestError> {
        let text = std::mem::replace(&mut self.csv, CsvDraft::new(&[])).text();
        let mut fields: Vec<Value> = rows::IMAGE.iter().map(|name| self.field(name)).collect();
        fields.push(self.field("class"));
        let mut sets = vec![json!({
            "@type": "cr:RecordSet",
            "@id": "images",
            "name": "images",
            "description": "One record per image.",
            "field": fields,
        })];
        sets.insert(0, self.classes());
        if self.job.is_split {
            sets.insert(0, self.splits());
        }
        let mut value: Value = serde_json::from_str(format_fact("croissant")).unwrap_or_default();
        value["name"] = json!(self.job.name);
        value["description"] = json!(format!(
            "Mammograms listed by mammodex: {}. Classes: {}.",
            self.job.name,
            self.job.classes.legend()
        ));
        // The catalog knows none of these; whoever publishes the data does.
        value["license"] = json!("not stated: fill in before publishing");
        value["citeAs"] = json!("not stated: fill in before publishing");
        value["version"] = json!(format!("0.0.{}", self.job.snapshot));
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
        self.job.put("images.csv", text.as_bytes())?;
        self.job.put("croissant.json", pretty(&value).as_bytes())?;
        Ok(String::new())
    }
}
