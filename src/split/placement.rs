//! Who is open gets a part: by strata, by counts that are still lacking, or by date.

use super::assignment::{self, FixedPart};
use super::create::{Placement, SplitDraft};
use super::groups::SplitGroups;
use super::plan::{AssignmentOrder, SplitMethod, refuse};
use crate::cohort::CohortError;
use crate::cohort::patients::PatientColumn;

impl SplitDraft<'_> {
    /// Deals out who is open. Gives how.
    pub(super) fn deal(&mut self, units: &SplitGroups) -> Result<SplitMethod, CohortError> {
        if let AssignmentOrder::Time(column) = &self.plan.order {
            return self.deal_by_time(units, column);
        }
        let shares = self.plan.shares.weights().len();
        let mut placed: Vec<FixedPart> = (0_u32..)
            .zip(&self.fates)
            .filter_map(|(member, fate)| match fate {
                Placement::Part(part) if *part < shares => Some((member, *part)),
                _ => None,
            })
            .collect();
        let weights = self.weights(units.members().len() as u64, &mut placed)?;
        let columns = &self.people.columns[..self.axes];
        self.news.thin = columns.len() > 1 && assignment::is_thin(&self.strata, &weights);
        let fitting = if self.news.thin { SplitMethod::Iterative } else { SplitMethod::Exact };
        let method = match &self.plan.order {
            AssignmentOrder::Strata { method: Some(method), .. } => *method,
            _ => fitting,
        };
        if units.is_empty() {
            return Ok(method);
        }
        let parts = match method {
            SplitMethod::Iterative => assignment::iterative(units, columns, &placed, &weights),
            SplitMethod::Exact | SplitMethod::Time => {
                assignment::exact(units, &self.strata, &placed, &weights)
            }
        };
        self.seat(units, &parts, shares);
        Ok(method)
    }

    /// What each part weighs. Where counts were asked that is what it still lacks: those who have a
    /// place are taken into account by it, and out of `placed`. What is beyond the counts is one part
    /// more, which is left out in the end.
    fn weights(&self, open: u64, placed: &mut Vec<FixedPart>) -> Result<Vec<u64>, CohortError> {
        let shares = &self.plan.shares;
        let Some(total) = shares.total() else { return Ok(shares.weights().to_vec()) };
        let there = open + placed.len() as u64;
        // Counts that an earlier split had hold as far as there are patients.
        let held = self.old.is_some_and(|old| old.shares().is_ok_and(|old| old == *shares));
        if total > there && !held {
            return refuse(format!("--counts ask for {total} patients, there are {there}"));
        }
        let mut has = vec![0_u64; shares.weights().len()];
        placed.drain(..).for_each(|(_, part)| has[part] += 1);
        let parts = shares.weights().iter().zip(&has).zip(shares.names());
        for ((wanted, has), name) in parts {
            if has > wanted && !held {
                return refuse(format!(
                    "--counts: {name} has {has} patients, who stay: it cannot have {wanted}"
                ));
            }
        }
        let lack = |(wanted, has): (&u64, &u64)| wanted.saturating_sub(*has);
        let mut lacks: Vec<u64> = shares.weights().iter().zip(&has).map(lack).collect();
        let lacking: u64 = lacks.iter().sum();
        lacks.extend((lacking < open).then(|| open - lacking));
        Ok(lacks)
    }

    fn deal_by_time(
        &mut self,
        units: &SplitGroups,
        column: &str,
    ) -> Result<SplitMethod, CohortError> {
        let weights = self.plan.shares.weights();
        let shares = weights.len();
        let open = units.members().len() as u64;
        if let Some(total) = self.plan.shares.total().filter(|total| *total != open) {
            return refuse(format!(
                "--temporal with --counts needs a place for everyone: {total} are asked, there are {open}"
            ));
        }
        let dates = self.people.columns.iter().find(|c| c.name == column);
        let dates = dates.cloned().unwrap_or_default();
        for (member, fate) in self.fates.iter_mut().enumerate() {
            if *fate == Placement::Open && dates.of(member).is_none() {
                *fate = Placement::Out("no date");
            }
        }
        let open: Vec<bool> = self.fates.iter().map(|fate| *fate == Placement::Open).collect();
        if !open.contains(&true) && self.old.is_none() {
            return refuse(format!("--temporal: nobody has a {column}"));
        }
        let groups: Vec<Vec<u32>> =
            (0..units.len()).map(|u| units.get(u).to_vec()).filter(|u| u.len() > 1).collect();
        let units = SplitGroups::new(&open, &groups, &self.ranks);
        let newest: Vec<Option<&str>> = (0..units.len())
            .map(|unit| {
                let last = units.get(unit).iter().max_by_key(|m| dates.codes[**m as usize]);
                last.and_then(|member| dates.of(*member as usize))
            })
            .collect();
        let parts = match self.old {
            Some(old) => {
                self.begins = old.parts.iter().map(|part| part.begins.clone()).collect();
                newest.iter().map(|day| part_of_day(&self.begins, *day)).collect()
            }
            None => {
                let parts = assignment::by_time(&units, &dates.codes, weights);
                self.begins = begins(&newest, &parts, shares);
                parts
            }
        };
        self.seat(&units, &parts, shares);
        self.count_late(&dates);
        Ok(SplitMethod::Time)
    }

    fn seat(&mut self, units: &SplitGroups, parts: &[usize], shares: usize) {
        for (unit, part) in parts.iter().enumerate() {
            let beyond = Placement::Out("beyond the counts");
            let fate = if *part < shares { Placement::Part(*part) } else { beyond };
            for member in units.get(unit) {
                self.fates[*member as usize] = fate;
            }
        }
    }

    /// Counts who stands in a part though her last date now is one of a later part.
    fn count_late(&mut self, dates: &PatientColumn) {
        let shares = self.plan.shares.weights().len();
        let late = |(member, fate): (usize, &Placement)| match fate {
            Placement::Part(part) if *part < shares && dates.of(member).is_some() => {
                part_of_day(&self.begins, dates.of(member)) > *part
            }
            _ => false,
        };
        self.news.late =
            self.fates.iter().enumerate().filter(|(at, fate)| late((*at, *fate))).count() as u64;
    }
}

/// The last part that begins on this day or before; the first takes all that is older.
fn part_of_day(begins: &[Option<String>], day: Option<&str>) -> usize {
    let begun = |begin: &Option<String>| begin.as_deref().is_some_and(|first| Some(first) <= day);
    begins.iter().rposition(begun).unwrap_or(0)
}

/// The first day of every part but the first one; none of a part that nobody is in.
fn begins(days: &[Option<&str>], parts: &[usize], shares: usize) -> Vec<Option<String>> {
    let first = |part: usize| {
        let of = days.iter().zip(parts).filter(|(_, its)| **its == part);
        of.filter_map(|(day, _)| *day).min().map(str::to_owned)
    };
    (0..shares).map(|part| if part == 0 { None } else { first(part) }).collect()
}
