//! Groups of patients that must stay in one part, and the random order of patients.

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::cohort::CaseIds;

/// The rank of a case in the random order: the first 16 bytes of SHA-256 of the seed (eight bytes,
/// little-endian) and the case ID. The same on every machine, whatever the order of rows.
pub fn rank(seed: u64, case_id: &str) -> u128 {
    let digest = Sha256::new().chain_update(seed.to_le_bytes()).chain_update(case_id).finalize();
    digest.first_chunk().map_or(0, |bytes| u128::from_be_bytes(*bytes))
}

/// The rank of every case.
pub fn ranks(cases: &CaseIds, seed: u64) -> Vec<u128> {
    (0..cases.len()).into_par_iter().map(|patient| rank(seed, cases.get(patient))).collect()
}

/// Patients who must stay together, in the random order; most groups have one member.
#[derive(Debug, Clone, Default)]
pub struct SplitGroups {
    starts: Vec<u32>,
    members: Vec<u32>,
}

impl SplitGroups {
    /// The patients who are open, alone or with the others of their group. No patient is in two groups.
    pub fn new(open: &[bool], groups: &[Vec<u32>], ranks: &[u128]) -> Self {
        let mut grouped = vec![false; open.len()];
        for member in groups.iter().flatten() {
            grouped[*member as usize] = true;
        }
        let all = 0..u32::try_from(open.len()).unwrap_or(u32::MAX);
        let single = all.filter(|patient| open[*patient as usize] && !grouped[*patient as usize]);
        let mut order: Vec<(u128, u32, Option<&Vec<u32>>)> =
            single.map(|patient| (ranks[patient as usize], patient, None)).collect();
        for group in groups.iter().filter(|group| group.iter().any(|m| open[*m as usize])) {
            let first = group.iter().map(|member| (ranks[*member as usize], *member)).min();
            let (rank, member) = first.unwrap_or_default();
            order.push((rank, member, Some(group)));
        }
        // No two groups have the same first member, so this order is total.
        order.par_sort_unstable_by_key(|(rank, member, _)| (*rank, *member));
        let mut sorted = Self { starts: vec![0], members: Vec::with_capacity(open.len()) };
        for (_, member, group) in order {
            match group {
                None => sorted.members.push(member),
                Some(group) => {
                    sorted.members.extend(group.iter().filter(|member| open[**member as usize]));
                }
            }
            sorted.starts.push(u32::try_from(sorted.members.len()).unwrap_or(u32::MAX));
        }
        sorted
    }

    /// How many groups there are.
    pub fn len(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The members of a group.
    pub fn get(&self, group: usize) -> &[u32] {
        &self.members[self.starts[group] as usize..self.starts[group + 1] as usize]
    }

    /// All members, group by group.
    pub fn members(&self) -> &[u32] {
        &self.members
    }
}

/// Merges groups that share a member. The result is sorted, and so is each group; groups of one
/// member are dropped.
pub fn merge(groups: impl Iterator<Item = Vec<u32>>, patients: usize) -> Vec<Vec<u32>> {
    let mut parent: Vec<u32> = (0..u32::try_from(patients).unwrap_or(u32::MAX)).collect();
    fn root(parent: &mut [u32], mut node: u32) -> u32 {
        while parent[node as usize] != node {
            parent[node as usize] = parent[parent[node as usize] as usize];
            node = parent[node as usize];
        }
        node
    }
    let mut members = Vec::new();
    for group in groups {
        for pair in group.windows(2) {
            let (a, b) = (root(&mut parent, pair[0]), root(&mut parent, pair[1]));
            parent[a.max(b) as usize] = a.min(b);
        }
        members.extend(group);
    }
    members.sort_unstable();
    members.dedup();
    let mut by_root: Vec<(u32, u32)> =
        members.into_iter().map(|member| (root(&mut parent, member), member)).collect();
    by_root.sort_unstable();
    let same = by_root.chunk_by(|a, b| a.0 == b.0).filter(|group| group.len() > 1);
    same.map(|group| group.iter().map(|(_, member)| *member).collect()).collect()
}
