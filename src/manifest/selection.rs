//! Which images are in a manifest, and which are excluded and why. The answer is in the engine
//! as the temporary table `manifest_images`, so that rows of any shape are one query from it.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::{Array, StringArray};
use serde::{Deserialize, Serialize};

use super::error::ManifestError;
use super::image_root::{ImagePlace, ImageRoot};
use super::request::{Include, ManifestOptions};
use super::source::ManifestSource;
use crate::catalog::{Catalog, CatalogError};
use crate::cohort::MemberUnit;
use crate::sql::literal;
use crate::storage::Requests;

/// Why an image is excluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExclusionReason {
    /// A reader discarded the case.
    Discarded,
    /// The exam lacks a view.
    Incomplete,
    /// An error-level finding concerns it.
    Error,
    /// The case is malignant and no reader has drawn on it, so that nothing says where the cancer is.
    Undrawn,
    /// Its label or diagnosis is not known, and the format needs one.
    Unclassed,
    /// Its file is not on disk.
    Missing,
    /// It is a member of a zip archive.
    Archived,
    /// Its file cannot be read.
    Unreadable,
    /// Its pixels are compressed, and the format needs them decoded.
    Compressed,
    /// The format cannot take it: pixels other than one grey image, a path with a line break.
    Unfit,
    /// What identifies a person cannot be removed from its header.
    Identifying,
}

impl ExclusionReason {
    const ALL: [Self; 11] = [
        Self::Discarded,
        Self::Incomplete,
        Self::Error,
        Self::Undrawn,
        Self::Unclassed,
        Self::Missing,
        Self::Archived,
        Self::Unreadable,
        Self::Compressed,
        Self::Unfit,
        Self::Identifying,
    ];

    /// The word for it in the engine and in provenance.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Discarded => "discarded",
            Self::Incomplete => "incomplete",
            Self::Error => "error",
            Self::Undrawn => "undrawn",
            Self::Unclassed => "unclassed",
            Self::Missing => "missing",
            Self::Archived => "archived",
            Self::Unreadable => "unreadable",
            Self::Compressed => "compressed",
            Self::Unfit => "unfit",
            Self::Identifying => "identifying",
        }
    }

    /// The reason of that word.
    pub(super) fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == word)
    }

    /// Whether a file is at fault, rather than a finding or a choice: the exit code is 1 then.
    pub fn is_fault(self) -> bool {
        matches!(
            self,
            Self::Missing
                | Self::Archived
                | Self::Unreadable
                | Self::Compressed
                | Self::Unfit
                | Self::Identifying
        )
    }
}

/// What is excluded for one reason.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exclusion {
    /// Images.
    pub images: u64,
    /// Their cases.
    pub cases: u64,
    /// The first of them, in the order of the manifest, with what was wrong; for faults of files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<String>,
    /// All of them; for what was found on disk or while writing, which no query gives again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
    /// Their cases.
    #[serde(skip)]
    seen: BTreeSet<String>,
}

/// What is not in a manifest though its source has it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exclusions {
    /// By reason.
    #[serde(flatten)]
    pub gaps: BTreeMap<ExclusionReason, Exclusion>,
    /// Cases of the source without an image that belongs to it.
    pub cases_without_images: u64,
    /// Cases of a split that the open snapshot does not have.
    pub cases_not_in_snapshot: u64,
}

impl Exclusions {
    /// One more image of a case, for a reason that the catalog knows.
    pub(super) fn add_known(&mut self, reason: ExclusionReason, case_id: &str) {
        self.gap(reason, case_id);
    }

    /// One more image of a case, for what was found on disk or while writing; `what` names it and what
    /// is wrong.
    pub(super) fn add_file(
        &mut self,
        reason: ExclusionReason,
        case_id: &str,
        path: &str,
        what: String,
    ) {
        let gap = self.gap(reason, case_id);
        gap.first.get_or_insert(what);
        gap.files.push(path.to_owned());
    }

    /// The gap with one more image of a case.
    fn gap(&mut self, reason: ExclusionReason, case_id: &str) -> &mut Exclusion {
        let gap = self.gaps.entry(reason).or_default();
        if !gap.seen.contains(case_id) {
            gap.cases += 1;
            gap.seen.insert(case_id.to_owned());
        }
        gap.images += 1;
        gap
    }
}

/// Patients and images of one part and diagnosis.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PartCount {
    /// Patients with at least one image in the manifest.
    pub patients: u64,
    /// Images.
    pub images: u64,
}

/// By part and diagnosis; none where a cohort has no parts or a case no diagnosis.
pub type PartCounts = BTreeMap<(Option<String>, Option<String>), PartCount>;

/// Rows by part and label; empty without a label.
pub type LabelCounts = BTreeMap<(Option<String>, Option<String>), u64>;

/// Contours of `lesions AS l` that count.
pub(super) fn drawn(options: &ManifestOptions) -> String {
    let mut condition =
        "l.superseded IS NOT TRUE AND l.is_duplicate IS NOT TRUE AND l.image_path IS NOT NULL"
            .to_owned();
    if !options.includes(Include::Discarded) {
        condition.push_str(" AND l.discarded IS NOT TRUE");
    }
    if let Some(reader) = &options.reader {
        condition.push_str(&format!(" AND l.reader = {}", literal(reader)));
    }
    condition
}

/// The order of `manifest_images`.
pub(super) const ORDER: &str = "ORDER BY m.part_number, m.member, i.path";

/// The images of a source, each with the reason why it is excluded or NULL: the query behind
/// `manifest_images`, but for its order.
pub(super) fn query(
    catalog: &Catalog,
    source: &ManifestSource,
    options: &ManifestOptions,
) -> Result<String, ManifestError> {
    let definition = source.definition();
    let mut reasons = Vec::new();
    if !options.includes(Include::Discarded) {
        reasons.push("WHEN p.discarded IS TRUE THEN 'discarded'".to_owned());
    }
    // A breast, image or lesion was selected itself; only a patient's exam can be incomplete.
    if definition.unit == MemberUnit::Patient && !options.includes(Include::Incomplete) {
        let lacks = if definition.views.is_empty() {
            // The profile says which views every exam has.
            "p.case_id IN (SELECT case_id FROM issues WHERE code = 'views-missing')".to_owned()
        } else {
            let views: Vec<String> = definition.views.iter().map(|view| literal(view)).collect();
            format!("NOT list_has_all(coalesce(p.views, []), [{}])", views.join(", "))
        };
        reasons.push(format!("WHEN {lacks} THEN 'incomplete'"));
    }
    let errors = "SELECT count(*) FROM issues WHERE severity = 'error' AND code <> 'views-missing'";
    if !options.includes(Include::Errors) && catalog.count(errors)? > 0 {
        reasons.push("WHEN i.path IN (SELECT path FROM image_errors) THEN 'error'".to_owned());
    }
    if options.format.has_outlines() {
        let reader = options.reader.as_ref();
        let reader = reader.map_or_else(String::new, |r| format!(" AND reader = {}", literal(r)));
        reasons.push(format!(
            "WHEN p.diagnosis = 'malignant' AND p.case_id NOT IN (SELECT case_id FROM annotations\n    \
             WHERE case_id IS NOT NULL AND superseded IS NOT TRUE AND discarded IS NOT TRUE{reader})\n    \
             THEN 'undrawn'"
        ));
    }
    let reason = if reasons.is_empty() {
        "NULL::VARCHAR".to_owned()
    } else {
        format!("CASE\n    {}\n  END", reasons.join("\n    "))
    };
    Ok(format!(
        "SELECT m.part_number, m.split, m.member, i.path AS file,\n  \
         p.diagnosis AS its_diagnosis, i.view AS its_view, i.laterality AS its_laterality,\n  \
         i.sop_instance_uid AS its_uid, {reason} AS reason\n\
         FROM ({}) AS m\nJOIN patients AS p ON p.case_id = m.member\n\
         JOIN images AS i ON i.case_id = m.member\nWHERE {}",
        source.members(catalog)?,
        definition.image_condition()
    ))
}

/// What was selected.
pub(super) struct SelectedImages {
    /// The query behind `manifest_images`, but for its order.
    pub sql: String,
    /// What is in it.
    pub counts: PartCounts,
    /// What is not.
    pub exclusions: Exclusions,
}

/// Selects the images by what the catalog knows of them.
pub(super) fn select(
    catalog: &Catalog,
    source: &ManifestSource,
    options: &ManifestOptions,
) -> Result<SelectedImages, ManifestError> {
    if let Some(reader) = &options.reader {
        check_reader(catalog, reader)?;
    }
    let sql = query(catalog, source, options)?;
    catalog.execute(&format!("CREATE OR REPLACE TEMP TABLE manifest_images AS\n{sql}\n{ORDER}"))?;
    catalog
        .execute("CREATE OR REPLACE TEMP TABLE manifest_sums (summed VARCHAR, sha256 VARCHAR)")?;
    let (counts, gaps) = tally(catalog)?;
    let mut exclusions = Exclusions { gaps, ..Exclusions::default() };
    let members = catalog.count("SELECT count(DISTINCT member) FROM manifest_images")?;
    imageless(catalog, source, members, "manifest_images", &mut exclusions)?;
    Ok(SelectedImages { sql, counts, exclusions })
}

/// Counts the members without an image, and those that the snapshot does not have. `seen` is how many
/// members have images in the relation `images`.
pub(super) fn imageless(
    catalog: &Catalog,
    source: &ManifestSource,
    seen: u64,
    images: &str,
    exclusions: &mut Exclusions,
) -> Result<(), ManifestError> {
    let members = source.members(catalog)?;
    let all = match source.written_members() {
        Some(all) => all,
        None => catalog.count(&format!("SELECT count(*) FROM ({members})"))?,
    };
    if seen == all {
        return Ok(());
    }
    let (not_in_snapshot, without_images) = catalog.row(&format!(
        "SELECT count(*) FILTER (p.case_id IS NULL),
                count(*) FILTER (p.case_id IS NOT NULL AND p.discarded IS NOT TRUE AND s.member IS NULL)
         FROM ({members}) AS m LEFT JOIN patients AS p ON p.case_id = m.member
         LEFT JOIN (SELECT DISTINCT member FROM {images}) AS s ON s.member = m.member"
    ))?;
    exclusions.cases_without_images = without_images;
    exclusions.cases_not_in_snapshot = not_in_snapshot;
    Ok(())
}

fn check_reader(catalog: &Catalog, reader: &str) -> Result<(), ManifestError> {
    let available: Vec<String> = catalog
        .values("SELECT DISTINCT reader FROM annotations WHERE reader IS NOT NULL ORDER BY 1")?;
    if available.iter().any(|name| name == reader) {
        return Ok(());
    }
    let available = if available.is_empty() { "none".to_owned() } else { available.join(", ") };
    Err(ManifestError::Request(format!("--reader: there is no {reader:?}; there are: {available}")))
}

/// Patients and images that are in it, and those that are excluded, by reason. A patient is in one
/// part and has one diagnosis.
pub(super) fn tally(
    catalog: &Catalog,
) -> Result<(PartCounts, BTreeMap<ExclusionReason, Exclusion>), CatalogError> {
    type TallyRow = (Option<String>, Option<String>, Option<String>, u64, u64);
    let rows: Vec<TallyRow> = catalog.rows(
        "SELECT reason, split, its_diagnosis, count(DISTINCT member), count(*)
         FROM manifest_images GROUP BY ALL",
    )?;
    let (mut counts, mut gaps) = (PartCounts::new(), BTreeMap::new());
    for (word, split, diagnosis, cases, images) in rows {
        let Some(word) = word else {
            let group = PartCount { patients: cases, images };
            counts.insert((split, diagnosis), group);
            continue;
        };
        if let Some(reason) = ExclusionReason::named(&word) {
            let gap: &mut Exclusion = gaps.entry(reason).or_default();
            gap.images += images;
            gap.cases += cases;
        }
    }
    Ok((counts, gaps))
}

/// Looks at every file that is to be in the manifest, in parallel; excludes what is not there, and
/// reads checksums on request.
pub(super) fn find_files(
    catalog: &Catalog,
    root: &ImageRoot,
    sums: bool,
    selected: &mut SelectedImages,
) -> Result<(), ManifestError> {
    // In the order of the table, which was sorted when it was made.
    let mut results =
        catalog.query("SELECT file, member FROM manifest_images WHERE reason IS NULL")?;
    let exclusions = &mut selected.exclusions;
    let requests = Requests::default();
    let look = |path: &str| if sums { root.summed(path) } else { root.place(path) };
    let mut gone: Vec<(String, ExclusionReason)> = Vec::new();
    let mut known = Vec::new();
    while let Some(batch) = results.next_batch()? {
        let (paths, cases) = (texts(batch.column(0))?, texts(batch.column(1))?);
        let paths: Vec<&str> = paths.iter().map(Option::unwrap_or_default).collect();
        let places = requests.map(paths.clone(), || (), |_, path| look(path));
        for ((path, case), place) in paths.into_iter().zip(cases).zip(places) {
            let (reason, what) = match place {
                ImagePlace::There(None) => continue,
                ImagePlace::There(Some(sum)) => {
                    known.push((path.to_owned(), sum));
                    continue;
                }
                ImagePlace::Missing => (ExclusionReason::Missing, path.to_owned()),
                ImagePlace::Archived => (ExclusionReason::Archived, path.to_owned()),
                ImagePlace::Unreadable(error) => {
                    (ExclusionReason::Unreadable, format!("{path}: {error}"))
                }
            };
            exclusions.add_file(reason, case.unwrap_or_default(), path, what);
            gone.push((path.to_owned(), reason));
        }
    }
    drop(results);
    root.check()?;
    leave_out(catalog, &gone)?;
    insert_checksums(catalog, &known)?;
    if !gone.is_empty() {
        selected.counts = tally(catalog)?.0;
    }
    Ok(())
}

/// Rows of one SQL statement: far below what its parser can take.
const CHUNK: usize = 1000;

/// Excludes files for a reason that the catalog does not know.
pub(super) fn leave_out(
    catalog: &Catalog,
    gone: &[(String, ExclusionReason)],
) -> Result<(), CatalogError> {
    for chunk in gone.chunks(CHUNK) {
        let row = |(path, reason): &(String, ExclusionReason)| {
            format!("({}, '{}')", literal(path), reason.as_str())
        };
        let rows: Vec<String> = chunk.iter().map(row).collect();
        catalog.execute(&format!(
            "UPDATE manifest_images SET reason = gone.reason
             FROM (VALUES {}) AS gone(path, reason) WHERE file = gone.path",
            rows.join(", ")
        ))?;
    }
    Ok(())
}

/// Notes the SHA-256 of files by path.
pub(super) fn insert_checksums(
    catalog: &Catalog,
    known: &[(String, String)],
) -> Result<(), CatalogError> {
    for chunk in known.chunks(CHUNK) {
        let row = |(path, sum): &(String, String)| format!("({}, '{sum}')", literal(path));
        let rows: Vec<String> = chunk.iter().map(row).collect();
        catalog.execute(&format!("INSERT INTO manifest_sums VALUES {}", rows.join(", ")))?;
    }
    Ok(())
}

/// A column of texts.
pub(super) fn texts(column: &dyn Array) -> Result<&StringArray, CatalogError> {
    column
        .as_any()
        .downcast_ref()
        .ok_or_else(|| CatalogError::Query("a column of a manifest is not text".to_owned()))
}

/// Returns the SHA-256 of the selected files by path, where checksums were taken.
pub(super) fn checksums(catalog: &Catalog) -> Result<BTreeMap<String, String>, CatalogError> {
    let rows =
        catalog.rows::<(String, String)>("SELECT summed, sha256 FROM manifest_sums ORDER BY 1")?;
    Ok(rows.into_iter().collect())
}
