//! The contours to be reviewed, case by case, the most doubtful first.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::exam::RenderTarget;
use crate::catalog::{Catalog, CatalogError};
use crate::cohort::{self, CohortError};
use crate::quality::{CheckOrigin, QualityCheck, checks};
use crate::records::issue::Severity;
use crate::sql::literal;

/// Weight of a request for a second opinion, and of reviewers who disagree, in the order of cases.
const DISPUTE_WEIGHT: u64 = 5;

/// A contour to be reviewed.
#[derive(Debug, Clone, PartialEq)]
pub struct ReviewContour {
    /// Its content as a hash.
    pub hash: String,
    /// The view; empty where it is not known.
    pub view: String,
    /// The reader who drew it; empty where the file does not say.
    pub reader: String,
    /// The label.
    pub label: String,
    /// Whether it is a contour; else the case has none, and the question is whether one is missing.
    pub is_drawn: bool,
    /// The image that it is on; of a case without contours its first.
    pub image_path: String,
    /// Longest diameter.
    pub max_diameter_mm: Option<f64>,
    /// What reviewers said of it so far: a status of the view `contour_reviews`.
    pub status: String,
    /// Codes of its doubts, sorted.
    pub doubts: Vec<String>,
}

/// A case to be reviewed.
#[derive(Debug, Clone, PartialEq)]
pub struct ReviewCase {
    /// The case.
    pub case_id: String,
    /// normal, benign or malignant.
    pub diagnosis: Option<String>,
    /// Names of checks that its rows fail, the gravest first.
    pub checks: Vec<&'static str>,
    /// Its contours by view, reader and hash.
    pub contours: Vec<ReviewContour>,
    /// How doubtful it is; the order of the queue.
    pub weight: u64,
}

/// What is reviewed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReviewScope {
    /// A case, an image's case or a cohort; none for the whole catalog.
    pub target: Option<RenderTarget>,
    /// Statuses of `contour_reviews` to review; empty for every status.
    pub statuses: Vec<String>,
    /// Whether what other reviewers said plays no part.
    pub is_blind: bool,
    /// Whether every case without a contour is reviewed, and not only those that should have one.
    pub has_all_cases: bool,
}

/// The cases with contours in a scope, and those that lack one, the most doubtful first and then by case.
/// A case lacks one if it is malignant; with [`ReviewScope::has_all_cases`], or when it is the target
/// itself, every case without a contour is in the queue.
///
/// # Errors
/// When the catalog or the cohort cannot be read.
pub fn review_queue(
    catalog: &Catalog,
    scope: &ReviewScope,
) -> Result<Vec<ReviewCase>, CohortError> {
    let condition = case_condition(catalog, scope.target.as_ref())? + &status_condition(scope);
    let mut cases: BTreeMap<String, ReviewCase> = BTreeMap::new();
    let mut doubts = contour_doubts(catalog)?;
    type ContourRow =
        (String, Option<String>, String, String, String, String, String, Option<f64>, String);
    let rows = catalog.rows::<ContourRow>(&format!(
        "SELECT c.case_id, any_value(p.diagnosis), c.contour_hash, coalesce(c.view, ''), \
         coalesce(c.reader, ''), coalesce(c.label, 'lesion'), c.image_path, \
         max(c.max_diameter_mm), any_value(c.status) \
         FROM contour_reviews AS c LEFT JOIN patients AS p USING (case_id) \
         WHERE c.case_id IS NOT NULL AND c.image_path IS NOT NULL AND {condition} GROUP BY ALL \
         ORDER BY 1, 4, 5, 3"
    ))?;
    for (case_id, diagnosis, hash, view, reader, label, image_path, max_diameter_mm, status) in rows
    {
        let (codes, mut weight) = doubts.remove(&hash).unwrap_or_default();
        if !scope.is_blind && (status == "second_opinion" || status == "disagreement") {
            weight += DISPUTE_WEIGHT;
        }
        let case = cases.entry(case_id.clone()).or_insert_with(|| ReviewCase {
            case_id,
            diagnosis,
            checks: Vec::new(),
            contours: Vec::new(),
            weight: 0,
        });
        case.weight += weight;
        let doubts = codes.into_iter().collect();
        let max_diameter_mm = max_diameter_mm.filter(|diameter| diameter.is_finite());
        case.contours.push(ReviewContour {
            hash,
            view,
            reader,
            label,
            is_drawn: true,
            image_path,
            max_diameter_mm,
            status,
            doubts,
        });
    }
    add_undrawn(catalog, scope, &mut cases)?;
    add_checks(catalog, &mut cases)?;
    let mut queue: Vec<ReviewCase> = cases.into_values().collect();
    queue.sort_by_key(|case| std::cmp::Reverse(case.weight));
    Ok(queue)
}

/// Adds the cases of a scope without a contour.
fn add_undrawn(
    catalog: &Catalog,
    scope: &ReviewScope,
    cases: &mut BTreeMap<String, ReviewCase>,
) -> Result<(), CohortError> {
    let mut condition = match &scope.target {
        Some(RenderTarget::Image(path)) => {
            format!("c.case_id IN (SELECT case_id FROM images WHERE path = {})", literal(path))
        }
        target => case_condition(catalog, target.as_ref())?,
    };
    let is_named = matches!(scope.target, Some(RenderTarget::Image(_) | RenderTarget::Case(_)));
    if !is_named && !scope.has_all_cases {
        condition.push_str(" AND c.diagnosis = 'malignant'");
    }
    condition.push_str(&status_condition(scope));
    let rows = catalog.rows::<(String, Option<String>, String, String, String)>(&format!(
        "SELECT c.case_id, c.diagnosis, c.image_path, c.contour_hash, c.status \
         FROM undrawn_case_reviews AS c WHERE {condition} ORDER BY 1"
    ))?;
    for (case_id, diagnosis, image_path, hash, status) in rows {
        let is_disputed = status == "second_opinion" || status == "disagreement";
        let weight = if is_disputed && !scope.is_blind { DISPUTE_WEIGHT } else { 0 };
        let absence = ReviewContour {
            hash,
            view: String::new(),
            reader: String::new(),
            label: String::new(),
            is_drawn: false,
            image_path,
            max_diameter_mm: None,
            status,
            doubts: Vec::new(),
        };
        let (checks, contours) = (Vec::new(), vec![absence]);
        let case = ReviewCase { case_id: case_id.clone(), diagnosis, checks, contours, weight };
        cases.insert(case_id, case);
    }
    Ok(())
}

/// Contours of a scope that are not in its queue, by reason; each counts once.
///
/// # Errors
/// When the catalog or the cohort cannot be read.
pub fn review_exclusions(
    catalog: &Catalog,
    scope: &ReviewScope,
) -> Result<Vec<(String, u64)>, CohortError> {
    let condition = case_condition(catalog, scope.target.as_ref())?;
    Ok(catalog.rows::<(String, u64)>(&format!(
        "SELECT reason, count(*) FROM (SELECT CASE \
           WHEN c.superseded THEN 'superseded' \
           WHEN c.is_duplicate THEN 'duplicate' \
           WHEN c.discarded THEN 'in a discarded annotation' \
           WHEN c.case_id IS NULL THEN 'without a case' \
           WHEN c.image_path IS NULL THEN 'without an image' \
           WHEN c.contour_wkb IS NULL THEN 'with fewer than three corners' END AS reason \
         FROM lesions AS c WHERE {condition}) WHERE reason IS NOT NULL GROUP BY ALL ORDER BY ALL"
    ))?)
}

/// A condition that limits rows `c` to the statuses of a scope.
fn status_condition(scope: &ReviewScope) -> String {
    if scope.statuses.is_empty() {
        return String::new();
    }
    let list: Vec<String> = scope.statuses.iter().map(|status| literal(status)).collect();
    format!(" AND c.status IN ({})", list.join(", "))
}

fn case_condition(catalog: &Catalog, target: Option<&RenderTarget>) -> Result<String, CohortError> {
    Ok(match target {
        None => "true".to_owned(),
        Some(RenderTarget::Case(case)) => format!("c.case_id = {}", literal(case)),
        Some(RenderTarget::Image(path)) => format!("c.image_path = {}", literal(path)),
        Some(RenderTarget::Cohort(name)) => {
            let definition = cohort::load(catalog.dir(), name)?.definition();
            format!("c.case_id IN (FROM ({}))", definition.members())
        }
    })
}

/// Codes and weight of doubts by the hash of their contour.
fn contour_doubts(
    catalog: &Catalog,
) -> Result<HashMap<String, (BTreeSet<String>, u64)>, CatalogError> {
    let rows = catalog.rows::<(String, String, u64)>(
        "SELECT contour_hash, doubt, weight::BIGINT FROM contour_doubts",
    )?;
    let mut doubts: HashMap<String, (BTreeSet<String>, u64)> = HashMap::new();
    for (hash, doubt, weight) in rows {
        let (codes, total) = doubts.entry(hash).or_default();
        codes.insert(doubt);
        *total += weight;
    }
    Ok(doubts)
}

/// Adds the rules that rows of a case break: those of severity error or warning whose rows name a case.
/// Facts about columns are about headers and workbooks, which a reviewer does not see.
fn add_checks(
    catalog: &Catalog,
    cases: &mut BTreeMap<String, ReviewCase>,
) -> Result<(), CatalogError> {
    let weight_of = |check: &QualityCheck| match check.severity {
        Severity::Error => 3,
        Severity::Warning => 2,
        Severity::Info => 0,
    };
    let rules =
        |check: &&QualityCheck| check.origin == CheckOrigin::Program && weight_of(check) > 0;
    for check in checks().iter().filter(rules) {
        let relation = format!("(\n{}\n)", check.sql());
        if !catalog.columns(&relation)?.iter().any(|column| column == "case_id") {
            continue;
        }
        let sql = format!("SELECT DISTINCT case_id FROM {relation} WHERE case_id IS NOT NULL");
        for case_id in catalog.values::<String>(&sql)? {
            if let Some(case) = cases.get_mut(&case_id) {
                case.checks.push(check.name.as_str());
                case.weight += weight_of(check);
            }
        }
    }
    Ok(())
}
