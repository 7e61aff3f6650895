//! Second phase of a split: which patients must stay together.

use std::collections::HashMap;

use super::enrollment::Enrollment;
use super::error::SplitError;
use super::groups::{self, SplitGroups};
use super::placement::{Placement, SplitExclusion};
use super::roster::SplitRoster;
use super::shared_images::{self, SharedImage};
use super::similar_ids;
use crate::catalog::Catalog;

/// Groups of patients that must stay together: cases that share images, and matched sets.
pub(super) struct PatientGrouping {
    /// The placements after patients who are linked to one with a part have the same part.
    pub placements: Vec<Placement>,
    /// The open patients in groups, in the random order.
    pub groups: SplitGroups,
    /// The cases of the cohort that share images, two at least in each group.
    pub linked: Vec<Vec<u32>>,
    /// Shared values of too many cases to link them.
    pub placeholders: Vec<SharedImage>,
    /// Linked cases that the earlier split has in several parts.
    pub straddling: Vec<Vec<String>>,
    /// Cases of the catalog whose IDs differ only in spelling, view or side.
    pub similar_ids: Vec<Vec<String>>,
}

impl PatientGrouping {
    /// Links patients. Those linked to a patient with a part get the same part; those linked to
    /// several parts are excluded.
    ///
    /// # Errors
    /// When the catalog cannot be queried.
    pub fn new(
        catalog: &Catalog,
        roster: &SplitRoster,
        part_names: &[String],
        enrollment: &Enrollment,
    ) -> Result<Self, SplitError> {
        let shared = shared_images::find(catalog)?;
        let patients = roster.cases.len();
        let LinkedCases { groups: links, outsiders } = LinkedCases::new(roster, shared.links);
        let everyone = patients + outsiders.len();
        let linked = groups::merge(links.into_iter(), everyone);
        let together = groups::merge(linked.iter().chain(&enrollment.new_sets).cloned(), everyone);
        let part_of = |member: &u32| match enrollment.placements.get(*member as usize) {
            Some(Placement::Part(part)) => Some(*part),
            Some(_) => None,
            None => {
                let case = outsiders.get(*member as usize - patients)?;
                let part = &enrollment.absent.get(case)?.part;
                part_names.iter().position(|name| name == part)
            }
        };
        let in_cohort = |group: &[u32]| -> Vec<u32> {
            group.iter().copied().filter(|member| (*member as usize) < patients).collect()
        };
        let mut placements = enrollment.placements.clone();
        let mut straddling = Vec::new();
        for group in &together {
            let mut parts: Vec<usize> = group.iter().filter_map(part_of).collect();
            parts.sort_unstable();
            parts.dedup();
            let placement = match parts.as_slice() {
                [] => continue,
                [only] => Placement::Part(*only),
                _ => Placement::Excluded(SplitExclusion::LinkedToSeveralParts),
            };
            let members = in_cohort(group);
            for member in &members {
                if placements[*member as usize] == Placement::Open {
                    placements[*member as usize] = placement;
                }
            }
            if parts.len() > 1 {
                let case = |member: &u32| roster.cases.get(*member as usize).to_owned();
                straddling.push(members.iter().map(case).collect());
            }
        }
        let several = |groups: &[Vec<u32>]| -> Vec<Vec<u32>> {
            groups.iter().map(|g| in_cohort(g)).filter(|group| group.len() > 1).collect()
        };
        let open: Vec<bool> = placements.iter().map(|p| *p == Placement::Open).collect();
        Ok(Self {
            groups: SplitGroups::new(&open, &several(&together), &roster.ranks),
            placements,
            linked: several(&linked),
            placeholders: shared.placeholders,
            straddling,
            similar_ids: similar_ids::find(catalog)?,
        })
    }
}

/// Cases that share images, by number. Cases that the cohort does not have come after its patients:
/// they can link two of them, and keep parts.
struct LinkedCases {
    groups: Vec<Vec<u32>>,
    /// The cases that the cohort does not have, in the order of their numbers.
    outsiders: Vec<String>,
}

impl LinkedCases {
    fn new(roster: &SplitRoster, links: Vec<SharedImage>) -> Self {
        let patients = roster.cases.len();
        let mut outsiders: Vec<String> = Vec::new();
        let mut numbers: HashMap<String, u32> = HashMap::new();
        let mut groups: Vec<Vec<u32>> = Vec::new();
        for link in links {
            let number = |case: String| match roster.cases.find(&case) {
                Some(patient) => u32::try_from(patient).unwrap_or(u32::MAX),
                None => *numbers.entry(case).or_insert_with_key(|case| {
                    outsiders.push(case.clone());
                    u32::try_from(patients + outsiders.len() - 1).unwrap_or(u32::MAX)
                }),
            };
            groups.push(link.cases.into_iter().map(number).collect());
        }
        Self { groups, outsiders }
    }
}
