//! What moves as one: a patient, or several who may not be parted. And the order of chance.

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::cohort::patients::Patients;

/// The first 16 bytes of SHA-256 of the seed (eight bytes, the lowest first) and the case ID: the
/// same on every machine, whatever the order of rows.
pub fn rank(seed: u64, case_id: &str) -> u128 {
    let sum = Sha256::new().chain_update(seed.to_le_bytes()).chain_update(case_id).finalize();
    sum.first_chunk().map_or(0, |bytes| u128::from_be_bytes(*bytes))
}

/// The rank of everyone.
pub fn ranks(people: &Patients, seed: u64) -> Vec<u128> {
    let places: Vec<usize> = (0..people.len()).collect();
    places.par_iter().map(|at| rank(seed, people.cases.value(*at))).collect()
}

/// Groups of patients who go together, in the order of chance.
#[derive(Debug, Clone, Default)]
pub struct SplitGroups {
    starts: Vec<u32>,
    members: Vec<u32>,
}

impl SplitGroups {
    /// Everyone who is open, the members of a group as one. Groups share nobody.
    pub fn new(open: &[bool], groups: &[Vec<u32>], ranks: &[u128]) -> Self {
        let mut grouped = vec![false; open.len()];
        for member in groups.iter().flatten() {
            grouped[*member as usize] = true;
        }
        let all = 0..u32::try_from(open.len()).unwrap_or(u32::MAX);
        let alone = all.filter(|at| open[*at as usize] && !grouped[*at as usize]);
        let mut order: Vec<(u128, u32, Option<&Vec<u32>>)> =
            alone.map(|at| (ranks[at as usize], at, None)).collect();
        for group in groups.iter().filter(|group| group.iter().any(|m| open[*m as usize])) {
            let first = group.iter().map(|member| (ranks[*member as usize], *member)).min();
            let (rank, member) = first.unwrap_or_default();
            order.push((rank, member, Some(group)));
        }
        // No two units have a first member in common, so nothing else decides.
        order.par_sort_unstable_by_key(|(rank, member, _)| (*rank, *member));
        let mut units = Self { starts: vec![0], members: Vec::with_capacity(open.len()) };
        for (_, member, group) in order {
            match group {
                None => units.members.push(member),
                Some(group) => {
                    units.members.extend(group.iter().filter(|member| open[**member as usize]));
                }
            }
            units.starts.push(u32::try_from(units.members.len()).unwrap_or(u32::MAX));
        }
        units
    }

    /// How many units there are.
    pub fn len(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The members of one.
    pub fn get(&self, unit: usize) -> &[u32] {
        &self.members[self.starts[unit] as usize..self.starts[unit + 1] as usize]
    }

    /// All members, unit by unit.
    pub fn members(&self) -> &[u32] {
        &self.members
    }
}

/// Groups that share a member made one; each sorted, and they by their first. Those of one member
/// are dropped.
pub fn merge(groups: impl Iterator<Item = Vec<u32>>, people: usize) -> Vec<Vec<u32>> {
    let mut parent: Vec<u32> = (0..u32::try_from(people).unwrap_or(u32::MAX)).collect();
    fn root(parent: &mut [u32], mut at: u32) -> u32 {
        while parent[at as usize] != at {
            parent[at as usize] = parent[parent[at as usize] as usize];
            at = parent[at as usize];
        }
        at
    }
    let mut touched = Vec::new();
    for group in groups {
        for pair in group.windows(2) {
            let (a, b) = (root(&mut parent, pair[0]), root(&mut parent, pair[1]));
            parent[a.max(b) as usize] = a.min(b);
        }
        touched.extend(group);
    }
    touched.sort_unstable();
    touched.dedup();
    let mut keyed: Vec<(u32, u32)> =
        touched.into_iter().map(|member| (root(&mut parent, member), member)).collect();
    keyed.sort_unstable();
    let same = keyed.chunk_by(|a, b| a.0 == b.0).filter(|group| group.len() > 1);
    same.map(|group| group.iter().map(|(_, member)| *member).collect()).collect()
}
