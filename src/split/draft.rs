//! Last phase of a split: its rows, and the description that is saved beside them.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use super::assignment::SplitAssignment;
use super::enrollment::Enrollment;
use super::file::{self, SplitRow};
use super::grouping::PatientGrouping;
use super::hold_out::HoldOut;
use super::placement::{Placement, SplitExclusion};
use super::plan::{AssignmentOrder, PatientSelection, SplitPlan};
use super::roster::SplitRoster;
use super::saved::{Split, SplitPart, Stratum};
use crate::cohort::{Cohort, PatientColumn, value_label};
use crate::disk::DiskError;
use crate::saved::SavedName;

/// A split that is not saved yet: what each phase determined.
pub(super) struct SplitDraft<'a> {
    pub cohort: &'a Cohort,
    pub plan: &'a SplitPlan,
    /// The snapshot that it was made on.
    pub snapshot: u32,
    /// The split that it extends.
    pub extends: Option<&'a SavedName>,
    pub roster: SplitRoster,
    pub enrollment: Enrollment,
    pub grouping: PatientGrouping,
    pub assignment: SplitAssignment,
}

impl SplitDraft<'_> {
    /// Writes one row per patient, sorted by case: those of the cohort, and those with a part that the
    /// earlier split reserves.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write_rows(&self, path: &Path) -> Result<(), DiskError> {
        let names = self.plan.part_names();
        let sets = self.set_numbers();
        let mut first_linked: HashMap<u32, u32> = HashMap::new();
        for group in &self.grouping.linked {
            first_linked.extend(group.iter().map(|member| (*member, group[0])));
        }
        let case = |patient: u32| self.roster.cases.get(patient as usize);
        let patient_row = |(patient, placement): (u32, &Placement)| {
            let (split, exclusion_reason) = match placement {
                Placement::Part(part) => (Some(names[*part].as_str()), None),
                Placement::Excluded(reason) => (None, Some(reason.as_str())),
                Placement::Open => (None, None),
            };
            SplitRow {
                case_id: case(patient),
                split,
                stratum: Some(self.roster.strata.name(patient as usize)),
                match_id: sets.get(&patient).copied(),
                linked_with: first_linked.get(&patient).map(|first| case(*first)),
                exclusion_reason,
                reserved_part: None,
            }
        };
        let absent_rows = self.enrollment.absent.iter().map(|(case_id, placement)| SplitRow {
            case_id,
            match_id: placement.set,
            exclusion_reason: Some(SplitExclusion::NotInCohort.as_str()),
            reserved_part: Some(&placement.part),
            ..SplitRow::default()
        });
        let patient_rows = (0_u32..).zip(&self.assignment.placements).map(patient_row);
        file::write(path, merge_by_case(patient_rows, absent_rows))
    }

    /// Whether these cases are in more than one part.
    pub fn are_apart(&self, cases: &[String]) -> bool {
        let part = |case: &String| match self.assignment.placements[self.roster.cases.find(case)?] {
            Placement::Part(part) => Some(part),
            _ => None,
        };
        let mut parts = cases.iter().filter_map(part);
        let first = parts.next();
        parts.any(|part| Some(part) != first)
    }

    /// The number of each patient's matched set: those of the earlier split, then the new ones.
    fn set_numbers(&self) -> HashMap<u32, i32> {
        let Enrollment { earlier_sets, absent, new_sets, .. } = &self.enrollment;
        let mut numbers: HashMap<u32, i32> =
            earlier_sets.iter().map(|(patient, set)| (*patient, *set)).collect();
        let used = numbers.values().copied().chain(absent.values().filter_map(|p| p.set));
        let next = used.max().unwrap_or(0).saturating_add(1);
        for (number, set) in (next..).zip(new_sets) {
            numbers.extend(set.iter().map(|patient| (*patient, number)));
        }
        numbers
    }

    /// The description of the split. `sha256` is the checksum of the file of rows.
    pub fn describe(&self, sha256: String) -> Split {
        let (plan, definition) = (self.plan, self.cohort.definition());
        let names = plan.part_names();
        let mut sizes = vec![0; names.len()];
        let mut excluded: BTreeMap<SplitExclusion, u64> = BTreeMap::new();
        for placement in &self.assignment.placements {
            match placement {
                Placement::Part(part) => sizes[*part] += 1,
                Placement::Excluded(reason) => *excluded.entry(*reason).or_default() += 1,
                Placement::Open => {}
            }
        }
        let (stratify, temporal) = match &plan.order {
            AssignmentOrder::Strata { by, .. } => {
                (by.iter().map(|column| column.text().to_owned()).collect(), None)
            }
            AssignmentOrder::Time(column) => (Vec::new(), Some(column.clone())),
        };
        let balance = match &plan.selection {
            PatientSelection::Balance(classes) => Some(classes.text.clone()),
            _ => None,
        };
        Split {
            name: plan.name.clone(),
            cohort: self.cohort.name.clone(),
            snapshot: self.snapshot,
            seed: plan.seed,
            stratify,
            method: self.assignment.method,
            temporal,
            balance,
            hold_out: plan.hold_out.as_ref().map(HoldOut::text),
            extends: self.extends.cloned(),
            patients: sizes.iter().sum(),
            sha256,
            sql: definition.sql,
            unit: definition.unit,
            views: definition.views,
            steps: definition.steps,
            excluded,
            matching: self.enrollment.matching.clone(),
            parts: self.parts(names, &sizes),
            strata: self.count_strata(),
        }
    }

    fn parts(&self, names: Vec<String>, sizes: &[u64]) -> Vec<SplitPart> {
        let with_counts = self.plan.shares.total().is_some();
        let mut shares = self.plan.shares.texts().into_iter();
        let mut first_days = self.assignment.first_days.iter().cloned();
        let part = |(name, patients): (String, &u64)| {
            let share = shares.next();
            let count = share.as_ref().filter(|_| with_counts).and_then(|text| text.parse().ok());
            let ratio = share.filter(|_| !with_counts);
            let first_day = first_days.next().flatten();
            SplitPart { name, ratio, count, first_day, patients: *patients }
        };
        names.into_iter().zip(sizes).map(part).collect()
    }

    /// The strata with their patients in each part.
    fn count_strata(&self) -> Vec<Stratum> {
        let parts = self.plan.part_names().len();
        let count = |names: Vec<String>, codes: &[u32]| -> Vec<Stratum> {
            let mut counts = vec![vec![0_u64; parts]; names.len()];
            for (placement, stratum) in self.assignment.placements.iter().zip(codes) {
                if let Placement::Part(part) = placement {
                    counts[*stratum as usize][*part] += 1;
                }
            }
            let stratum = |(name, counts): (String, Vec<u64>)| Stratum {
                name,
                patients: counts.iter().sum(),
                counts,
            };
            names.into_iter().zip(counts).map(stratum).filter(|s| s.patients > 0).collect()
        };
        if !self.assignment.lists_values {
            return count(self.roster.strata.names.clone(), &self.roster.strata.codes);
        }
        let column = |column: &PatientColumn| {
            let label = |value: &Option<String>| value_label(&column.name, value.as_deref());
            count(column.values.iter().map(label).collect(), &column.codes)
        };
        self.roster.stratum_columns.iter().flat_map(column).collect()
    }
}

/// Two sorted sequences of rows as one.
fn merge_by_case<'r>(
    rows: impl Iterator<Item = SplitRow<'r>>,
    others: impl Iterator<Item = SplitRow<'r>>,
) -> impl Iterator<Item = SplitRow<'r>> {
    let (mut rows, mut others) = (rows.peekable(), others.peekable());
    std::iter::from_fn(move || match (rows.peek(), others.peek()) {
        (Some(row), Some(other)) if other.case_id < row.case_id => others.next(),
        (Some(_), _) => rows.next(),
        (None, _) => others.next(),
    })
}
