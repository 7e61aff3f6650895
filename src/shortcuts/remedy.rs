//! Commands that weaken a shortcut.

use super::attribute::ShortcutAttribute;
use super::data::{self, ShortcutData};
use super::error::ShortcutError;
use super::request::ShortcutRequest;
use super::result::AttributeResult;
use crate::catalog::Catalog;

/// Attributes that have a remedy of their own: the strongest.
const MOST: usize = 3;

/// A way to weaken shortcuts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remedy {
    /// The attributes that it makes equal.
    pub attributes: Vec<String>,
    /// Patients that it leaves, of those of the cohort; none where only the command shows it.
    pub patients_left: Option<u64>,
    /// The command that makes a cohort or split, and the one that measures again.
    pub commands: [String; 2],
}

/// Remedies for the attributes whose interval lies above one half.
pub(super) fn remedies(
    catalog: &Catalog,
    request: &ShortcutRequest,
    data: &ShortcutData,
    results: &[AttributeResult],
) -> Result<Vec<Remedy>, ShortcutError> {
    // Within a split, its own patients were chosen already.
    if request.within.is_some() {
        return Ok(Vec::new());
    }
    let is_strong = |result: &&AttributeResult| result.interval.is_some_and(|[low, _]| low > 0.5);
    let strong: Vec<&ShortcutAttribute> = results
        .iter()
        .filter(is_strong)
        .filter_map(|result| request.attributes.iter().find(|a| a.name == result.name))
        .collect();
    let mut remedies = Vec::new();
    remedies.extend(matched_split(catalog, request, &strong)?);
    for attribute in strong.into_iter().take(MOST) {
        remedies.extend(balanced_cohort(catalog, request, data, attribute)?);
    }
    Ok(remedies)
}

/// A command line with its arguments quoted for a shell.
fn command_line(catalog: &Catalog, words: &[&str]) -> String {
    let folder = catalog.dir().to_string_lossy();
    let mut line = vec!["mammodex"];
    line.extend(words);
    if folder != "catalog" {
        line.extend(["--catalog", &folder]);
    }
    let quoted = line.iter().map(|word| {
        shlex::try_quote(word).map_or_else(|_| (*word).to_owned(), std::borrow::Cow::into_owned)
    });
    quoted.collect::<Vec<_>>().join(" ")
}

/// A split whose controls are matched to the cases, where label and groups of diagnosis are the same.
fn matched_split(
    catalog: &Catalog,
    request: &ShortcutRequest,
    strong: &[&ShortcutAttribute],
) -> Result<Option<Remedy>, ShortcutError> {
    let matched: Vec<&&ShortcutAttribute> =
        strong.iter().filter(|attribute| attribute.criterion.is_some()).collect();
    let criteria: Vec<&str> =
        matched.iter().filter_map(|attribute| attribute.criterion.as_deref()).collect();
    let groups: Vec<(Option<String>, bool)> = catalog.rows(&format!(
        "SELECT DISTINCT p.diagnosis, CAST(({}) AS BOOLEAN) FROM {} AND ({}) IS NOT NULL ORDER BY ALL",
        request.label,
        data::relation(request),
        request.label
    ))?;
    let group = |class: bool| match groups
        .iter()
        .filter(|(_, label)| *label == class)
        .collect::<Vec<_>>()[..]
    {
        [(Some(diagnosis), _)] => Some(diagnosis.as_str()),
        _ => None,
    };
    let (Some(cases), Some(controls)) = (group(true), group(false)) else { return Ok(None) };
    if criteria.is_empty() || cases == controls {
        return Ok(None);
    }
    let (cohort, name) = (&request.cohort_name, format!("{}_matched", request.cohort_name));
    let criteria = criteria.join(",");
    let create = [
        "split",
        "create",
        &name,
        "--cohort",
        cohort,
        "--ratios",
        "train=0.8,test=0.2",
        "--match",
        &criteria,
        "--cases",
        cases,
        "--controls",
        controls,
    ];
    let measure = ["shortcuts", cohort, "--split", &name, "--label", &request.label];
    Ok(Some(Remedy {
        attributes: matched.iter().map(|attribute| attribute.name.clone()).collect(),
        patients_left: None,
        commands: [command_line(catalog, &create), command_line(catalog, &measure)],
    }))
}

/// A cohort with as many patients with the label as without it in every level of an attribute; none where no
/// level has both.
fn balanced_cohort(
    catalog: &Catalog,
    request: &ShortcutRequest,
    data: &ShortcutData,
    attribute: &ShortcutAttribute,
) -> Result<Option<Remedy>, ShortcutError> {
    let place = request.attributes.iter().position(|other| other.name == attribute.name);
    let cuts = place.map(|place| data.attributes[place].cuts.as_slice()).unwrap_or_default();
    let value = &attribute.sql;
    let level = if cuts.is_empty() {
        format!("list_sort(list(DISTINCT {value}))")
    } else {
        let cuts: Vec<String> = cuts.iter().map(f64::to_string).collect();
        let middle = format!("quantile_disc({value}, 0.5)");
        format!("len(list_filter([{}], lambda cut: cut <= {middle}))", cuts.join(", "))
    };
    let sql = format!(
        "SELECT case_id FROM (SELECT case_id, \
         row_number() OVER (PARTITION BY levels, label ORDER BY md5(case_id), case_id) AS number, \
         least(count(*) FILTER (label) OVER (PARTITION BY levels), \
         count(*) FILTER (NOT label) OVER (PARTITION BY levels)) AS most \
         FROM (SELECT i.case_id, bool_or({}) AS label, {level} AS levels \
         FROM cohorts.{} AS c JOIN images AS i ON i.case_id = c.case_id \
         JOIN patients AS p ON p.case_id = c.case_id GROUP BY i.case_id) \
         WHERE label IS NOT NULL) WHERE number <= most",
        request.label,
        crate::sql::identifier(&request.cohort_name)
    );
    let left = catalog.count(&format!("SELECT count(*) FROM ({sql})"))?;
    if left == 0 {
        return Ok(None);
    }
    let (cohort, name) =
        (&request.cohort_name, format!("{}_{}", request.cohort_name, attribute.name));
    let create = ["cohort", "create", &name, "--intersect", cohort, "--sql", &sql];
    let measure = ["shortcuts", &name, "--label", &request.label];
    Ok(Some(Remedy {
        attributes: vec![attribute.name.clone()],
        patients_left: Some(left),
        commands: [command_line(catalog, &create), command_line(catalog, &measure)],
    }))
}
