//! A draft of a split on its way to disk.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

use super::create::{Placement, SplitDraft};
use super::file::{self, SplitRow};
use super::plan::{AssignmentOrder, HoldOut, PatientSelection, SplitMethod};
use super::{Split, SplitPart, Stratum};
use crate::cohort::CohortError;
use crate::cohort::patients::{PatientColumn, cell};
use crate::cohort::store::{self, SPLITS, place};

impl SplitDraft<'_> {
    /// Writes the rows. `linked` are the groups of cases that share images.
    pub(super) fn write(&self, linked: &[Vec<u32>]) -> Result<PathBuf, CohortError> {
        store::make_folder(self.catalog.dir(), SPLITS)?;
        let path = place(self.catalog.dir(), SPLITS, &self.plan.name, "parquet");
        let names = self.names();
        let mut first: HashMap<u32, u32> = HashMap::new();
        linked.iter().for_each(|group| first.extend(group.iter().map(|m| (*m, group[0]))));
        let mut sets: HashMap<u32, i32> = self.kept_sets.clone().into_iter().collect();
        let used = sets.values().copied().chain(self.gone.values().filter_map(|kept| kept.set));
        let next = used.max().unwrap_or(0).saturating_add(1);
        for (id, set) in (next..).zip(&self.sets.sets) {
            sets.extend(set.iter().map(|member| (*member, id)));
        }
        let case = |member: u32| self.people.cases.value(member as usize);
        let member = |(at, fate): (u32, &Placement)| SplitRow {
            case_id: case(at),
            split: match fate {
                Placement::Part(part) => Some(names[*part].as_str()),
                _ => None,
            },
            stratum: Some(&self.strata.names[self.strata.of[at as usize] as usize]),
            match_id: sets.get(&at).copied(),
            linked_with: first.get(&at).map(|first| case(*first)),
            left_out: match fate {
                Placement::Out(why) => Some(why),
                _ => None,
            },
            kept_part: None,
        };
        let mut rest = self
            .gone
            .iter()
            .map(|(case, kept)| SplitRow {
                case_id: case,
                match_id: kept.set,
                left_out: Some("not in the cohort now"),
                kept_part: Some(&kept.part),
                ..SplitRow::default()
            })
            .peekable();
        let mut there = (0_u32..).zip(&self.fates).map(member).peekable();
        let rows = std::iter::from_fn(|| match (there.peek(), rest.peek()) {
            (Some(a), Some(b)) if b.case_id < a.case_id => rest.next(),
            (Some(_), _) => there.next(),
            (None, _) => rest.next(),
        });
        file::write(&path, rows)?;
        Ok(path)
    }

    /// What the TOML file says.
    pub(super) fn describe(&self, method: SplitMethod, sha256: String) -> Split {
        let definition = self.cohort.definition();
        let names = self.names();
        let mut patients = vec![0; names.len()];
        let mut left_out: BTreeMap<String, u64> = BTreeMap::new();
        for fate in &self.fates {
            match fate {
                Placement::Part(part) => patients[*part] += 1,
                Placement::Out(why) => *left_out.entry((*why).to_owned()).or_default() += 1,
                Placement::Open => {}
            }
        }
        let total = self.plan.shares.total();
        let mut texts = self.plan.shares.texts().into_iter();
        let mut begins = self.begins.iter().cloned();
        let part = |(name, patients): (String, &u64)| {
            let text = texts.next();
            let count = text.as_ref().and_then(|text| total.and_then(|_| text.parse().ok()));
            let (ratio, begins) = (text.filter(|_| total.is_none()), begins.next().flatten());
            SplitPart { name, ratio, count, begins, patients: *patients }
        };
        let (by, temporal) = match &self.plan.order {
            AssignmentOrder::Strata { by, .. } => {
                (by.iter().map(|a| a.text().to_owned()).collect(), None)
            }
            AssignmentOrder::Time(column) => (Vec::new(), Some(column.clone())),
        };
        Split {
            name: self.plan.name.clone(),
            cohort: self.cohort.name.clone(),
            snapshot: self.catalog.snapshot().id,
            seed: self.plan.seed,
            stratify: by,
            method,
            temporal,
            balance: match &self.plan.selection {
                PatientSelection::Balance(balance) => Some(balance.text.clone()),
                _ => None,
            },
            hold_out: self.plan.hold_out.as_ref().map(HoldOut::text),
            extends: self.old.map(|old| old.name.clone()),
            patients: patients.iter().sum(),
            sha256,
            sql: definition.sql,
            unit: definition.unit,
            views: definition.views,
            steps: definition.steps,
            left_out,
            matching: self.matching.clone(),
            parts: names.into_iter().zip(&patients).map(part).collect(),
            strata: self.tally(method),
        }
    }

    /// The strata with their counts in each part.
    fn tally(&self, method: SplitMethod) -> Vec<Stratum> {
        let parts = self.names().len();
        let count = |names: Vec<String>, of: &[u32]| -> Vec<Stratum> {
            let mut counts = vec![vec![0_u64; parts]; names.len()];
            for (fate, stratum) in self.fates.iter().zip(of) {
                if let Placement::Part(part) = fate {
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
        if method != SplitMethod::Iterative {
            return count(self.strata.names.clone(), &self.strata.of);
        }
        let column = |column: &PatientColumn| {
            let name = |value: &Option<String>| cell(&column.name, value.as_deref());
            count(column.values.iter().map(name).collect(), &column.codes)
        };
        self.people.columns[..self.axes].iter().flat_map(column).collect()
    }
}
