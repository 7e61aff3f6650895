//! From a cohort and a request to a Table 1.

use super::data::{self, GroupMembership};
use super::error::Table1Error;
use super::facts;
use super::model::Table1;
use super::request::{GroupBy, Table1Request};
use super::variable;
use crate::catalog::Catalog;
use crate::cohort::CohortDefinition;

/// The largest number of groups of a table.
const MAX_GROUPS: usize = 20;

/// Describes a cohort.
///
/// # Errors
/// When a column is unknown or cannot be described, there are too many groups or no patients, or all
/// groups are smaller than the smallest count.
///
/// ```no_run
/// # use mammodex::catalog::Catalog;
/// # use mammodex::cohort;
/// # use mammodex::table1::{self, GroupBy, Table1Request};
/// let catalog = Catalog::open("catalog".as_ref(), None)?;
/// let cohort = cohort::load(catalog.dir(), &"pilot".parse()?)?;
/// let by = Some(GroupBy::Column("diagnosis".to_owned()));
/// let request = Table1Request { by, ..Table1Request::default() };
/// let table = table1::describe(&catalog, &cohort.definition(), &request)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn describe(
    catalog: &Catalog,
    definition: &CohortDefinition,
    request: &Table1Request,
) -> Result<Table1, Table1Error> {
    let facts = facts::chosen(request)?;
    let order = match &request.by {
        None => Vec::new(),
        Some(GroupBy::Parts { names, .. }) => {
            names.iter().map(|name| (name.clone(), name.clone())).collect()
        }
        Some(GroupBy::Column(column)) => facts::levels(column),
        Some(GroupBy::Band { column, width }) => data::bands(catalog, definition, column, *width)?,
    };
    let data = data::read(catalog, definition, request.by.as_ref(), &facts)?;
    let mut membership = GroupMembership::new(&data, &order, request.by.is_some());
    let refused = |text: String| Err(Table1Error::Request(text));
    if membership.groups.len() > MAX_GROUPS {
        let groups = membership.groups.len();
        return refused(format!("--by has {groups} groups; the most is {MAX_GROUPS}"));
    }
    let excluded = membership.exclude_below(request.min_cell.unwrap_or(0));
    if membership.groups.is_empty() {
        return match request.min_cell.filter(|_| !excluded.is_empty()) {
            Some(smallest) => {
                refused(format!("no group has {smallest} patients, so nothing can be shown"))
            }
            None => refused("the cohort has no patients".to_owned()),
        };
    }
    let variables = facts
        .iter()
        .zip(&data.columns)
        .map(|(fact, column)| variable::describe(fact, column, &membership, request.min_cell))
        .collect();
    let groups = if request.by.is_some() { membership.groups.clone() } else { Vec::new() };
    Ok(Table1 {
        patients: membership.groups.iter().map(|group| group.patients).sum(),
        groups,
        excluded,
        min_cell: request.min_cell,
        variables,
    })
}
