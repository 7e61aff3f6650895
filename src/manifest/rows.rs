//! The rows of a manifest: which images, in which order, and which are left out.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, BooleanArray, StringArray};
use arrow::compute::filter_record_batch;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::record_batch::RecordBatch;

use super::{COLUMNS, ManifestError, Place, Source, place};
use crate::catalog::script::literal;
use crate::catalog::{Catalog, CatalogError, Results};
use crate::cohort::CohortError;
use crate::render::{RenderError, escape};

/// Where columns stand in [`COLUMNS`].
const SPLIT: usize = 0;
const CASE: usize = 1;
const DIAGNOSIS: usize = 2;
const PATH: usize = 5;

/// Patients and images of one part and diagnosis.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Group {
    /// Patients with at least one image in the manifest.
    pub patients: u64,
    /// Images.
    pub images: u64,
}

/// By part and diagnosis; none where a cohort has no parts or a case no diagnosis.
pub type Counts = BTreeMap<(Option<String>, Option<String>), Group>;

/// What is not in a manifest though its source has it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Cases that a reader discarded.
    pub discarded_cases: u64,
    /// Their images.
    pub discarded_images: u64,
    /// Cases of the source without an image that belongs to it.
    pub cases_without_images: u64,
    /// Cases of a split that the open snapshot does not have.
    pub cases_gone: u64,
    /// Images whose file is not on disk.
    pub missing_files: u64,
    /// The first of these.
    pub first_missing: Option<String>,
    /// Images that are members of zip archives.
    pub in_archives: u64,
}

/// The members with the part of each: columns case_id, split, part (a number for the order).
fn members(catalog: &Catalog, source: &Source) -> Result<String, CohortError> {
    Ok(match source {
        Source::Cohort(cohort) => format!(
            "SELECT case_id, NULL::VARCHAR AS split, 0 AS part FROM ({})",
            cohort.definition().members()
        ),
        Source::Split(split) => {
            let names: Vec<String> = split.parts.iter().map(|part| literal(&part.name)).collect();
            format!(
                "SELECT case_id, split, list_position([{}], split) AS part FROM {}",
                names.join(", "),
                split.relation(catalog)?
            )
        }
    })
}

/// Counts what is known to be left out before any file is looked at.
pub(super) fn beforehand(catalog: &Catalog, source: &Source) -> Result<LeftOut, ManifestError> {
    let members = members(catalog, source)?;
    let condition = source.definition().image_condition();
    let cases = format!("({members}) AS m JOIN patients AS p USING (case_id)");
    let discarded = format!("{cases} WHERE p.discarded IS TRUE");
    Ok(LeftOut {
        discarded_cases: catalog.count(&format!("SELECT count(*) FROM {discarded}"))?,
        discarded_images: catalog.count(&format!(
            "SELECT count(*) FROM {cases} JOIN images AS i USING (case_id)
             WHERE p.discarded IS TRUE AND {condition}"
        ))?,
        cases_without_images: catalog.count(&format!(
            "SELECT count(*) FROM {cases} WHERE p.discarded IS NOT TRUE AND NOT EXISTS
             (SELECT 1 FROM images AS i WHERE i.case_id = p.case_id AND {condition})"
        ))?,
        cases_gone: catalog.count(&format!(
            "SELECT count(*) FROM ({members}) ANTI JOIN patients USING (case_id)"
        ))?,
        missing_files: 0,
        first_missing: None,
        in_archives: 0,
    })
}

/// The rows, batch by batch: sorted by part, case and path.
pub(super) struct Rows<'c> {
    results: Results<'c>,
    root: PathBuf,
    counts: Counts,
    last: Option<(Option<String>, String)>,
}

impl<'c> Rows<'c> {
    pub(super) fn start(
        catalog: &'c Catalog,
        source: &Source,
        root: &Path,
    ) -> Result<Self, ManifestError> {
        let sql = format!(
            "SELECT m.split, p.case_id, p.diagnosis, i.view, i.laterality, i.path, i.sop_instance_uid
             FROM ({}) AS m JOIN patients AS p USING (case_id) JOIN images AS i USING (case_id)
             WHERE p.discarded IS NOT TRUE AND {}
             ORDER BY m.part, p.case_id, i.path",
            members(catalog, source)?,
            source.definition().image_condition()
        );
        let results = catalog.query(&sql)?;
        Ok(Self { results, root: root.to_owned(), counts: Counts::new(), last: None })
    }

    pub(super) fn schema(&self) -> SchemaRef {
        let field = |name: &&str| Field::new(*name, DataType::Utf8, true);
        Arc::new(Schema::new(COLUMNS.iter().map(field).collect::<Vec<_>>()))
    }

    pub(super) fn counts(self) -> Counts {
        self.counts
    }

    /// The next rows whose files are there.
    pub(super) fn next(
        &mut self,
        left_out: &mut LeftOut,
    ) -> Result<Option<RecordBatch>, ManifestError> {
        let Some(batch) = self.results.next_batch()? else { return Ok(None) };
        let paths = texts(&batch, PATH)?;
        let mut there = Vec::with_capacity(batch.num_rows());
        for path in paths {
            let place = path.map_or(Place::Missing, |path| place(&self.root, path));
            match place {
                Place::There => {}
                Place::Archived => left_out.in_archives += 1,
                Place::Missing => {
                    left_out.missing_files += 1;
                    let path = path.unwrap_or("NULL");
                    left_out.first_missing.get_or_insert_with(|| path.to_owned());
                }
            }
            there.push(matches!(place, Place::There));
        }
        let kept = filter_record_batch(&batch, &BooleanArray::from(there))
            .and_then(|kept| RecordBatch::try_new(self.schema(), kept.columns().to_vec()))
            .map_err(RenderError::from)?;
        self.count(&kept)?;
        Ok(Some(kept))
    }

    fn count(&mut self, batch: &RecordBatch) -> Result<(), ManifestError> {
        let (splits, cases) = (texts(batch, SPLIT)?, texts(batch, CASE)?);
        let diagnoses = texts(batch, DIAGNOSIS)?;
        for ((split, case), diagnosis) in splits.iter().zip(cases).zip(diagnoses) {
            let split = split.map(str::to_owned);
            let key = (split.clone(), diagnosis.map(str::to_owned));
            let group = self.counts.entry(key).or_default();
            group.images += 1;
            let patient = Some((split, case.unwrap_or_default().to_owned()));
            if self.last != patient {
                group.patients += 1;
                self.last = patient;
            }
        }
        Ok(())
    }
}

fn texts(batch: &RecordBatch, at: usize) -> Result<&StringArray, CatalogError> {
    batch
        .column(at)
        .as_any()
        .downcast_ref()
        .ok_or_else(|| CatalogError::Query(format!("{} is not text", COLUMNS[at])))
}

/// Puts `./` before paths that a spreadsheet would run: it names the same file, where an
/// apostrophe would name another one.
pub(super) fn spreadsheet_paths(batch: &RecordBatch) -> Result<RecordBatch, ManifestError> {
    let paths = texts(batch, PATH)?;
    if !paths.iter().flatten().any(escape::is_formula) {
        return Ok(batch.clone());
    }
    let safe = |path: &str| {
        if escape::is_formula(path) { format!("./{path}") } else { path.to_owned() }
    };
    let paths: StringArray = paths.iter().map(|path| path.map(safe)).collect();
    let mut columns: Vec<ArrayRef> = batch.columns().to_vec();
    columns[PATH] = Arc::new(paths);
    Ok(RecordBatch::try_new(batch.schema(), columns).map_err(RenderError::from)?)
}
