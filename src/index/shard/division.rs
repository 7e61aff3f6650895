//! Files divided among shards: those of a case and the members of an archive stay together.

use std::collections::HashMap;

use super::super::request::PlanDivision;
use crate::sources::files::FileTable;
use crate::sources::profile::{Profile, RecentPatientIds};

/// The shard of each file.
pub struct FileDivision {
    /// For each file the number of its shard, by its place.
    pub shards: Vec<u32>,
    /// How many shards there are.
    pub count: u32,
}

impl FileDivision {
    /// Divides the files at these places, which are sorted by path. The case is the one that the profile's rules
    /// find in the path; where they find none, the file is divided by itself. Memory is some bytes a file and
    /// the name of every case.
    pub fn new(
        files: &FileTable,
        places: &[usize],
        profile: &Profile,
        division: PlanDivision,
    ) -> Self {
        let mut groups = FileGroups::default();
        let units: Vec<u32> =
            places.iter().map(|place| groups.add(files, *place, profile)).collect();
        let roots: Vec<u32> = units.iter().map(|unit| groups.root(*unit)).collect();
        let mut sizes = vec![0_u32; groups.parents.len()];
        roots.iter().for_each(|root| sizes[*root as usize] += 1);
        let mut filling = Filling::new(division, places.len());
        let mut shard_of: Vec<Option<u32>> = vec![None; sizes.len()];
        let shards = roots.iter().map(|root| {
            let root = *root as usize;
            *shard_of[root].get_or_insert_with(|| filling.place(sizes[root]))
        });
        let shards = shards.collect();
        Self { shards, count: filling.count() }
    }
}

/// Groups of files that stay together: trees, each file and each name a node with its parent.
#[derive(Default)]
struct FileGroups {
    parents: Vec<u32>,
    names: HashMap<String, u32>,
    recent: RecentPatientIds,
}

impl FileGroups {
    /// Adds a file; returns the node of its group.
    fn add(&mut self, files: &FileTable, place: usize, profile: &Profile) -> u32 {
        let Some(file) = files.get(place) else { return self.node() };
        let case = profile.image_case(&file.rule_path(), None, false, &mut self.recent);
        let case = case.map(|case| self.named(format!("case {}", case.case_id)));
        // The archive itself comes before its members, and joins them.
        let archive = file.archive().unwrap_or(&file.path);
        let is_archive = file.archive().is_some() || crate::sources::archive::may_be(archive);
        let archive = is_archive.then(|| self.named(format!("archive {archive}")));
        if let (Some(case), Some(archive)) = (case, archive) {
            let (case, archive) = (self.root(case), self.root(archive));
            self.parents[archive as usize] = case;
        }
        case.or(archive).unwrap_or_else(|| self.node())
    }

    fn node(&mut self) -> u32 {
        let node = u32::try_from(self.parents.len()).unwrap_or(u32::MAX);
        self.parents.push(node);
        node
    }

    fn named(&mut self, name: String) -> u32 {
        if let Some(node) = self.names.get(&name) {
            return *node;
        }
        let node = self.node();
        self.names.insert(name, node);
        node
    }

    /// The node at the top of a group; the way to it becomes shorter.
    fn root(&mut self, mut node: u32) -> u32 {
        while self.parents[node as usize] != node {
            let above = self.parents[self.parents[node as usize] as usize];
            self.parents[node as usize] = above;
            node = above;
        }
        node
    }
}

/// Shards that are filled one after the other.
struct Filling {
    division: PlanDivision,
    files: u64,
    /// Files that have a shard.
    placed: u64,
    /// The shard that is being filled, and its files.
    last: u32,
    size: u32,
}

impl Filling {
    fn new(division: PlanDivision, files: usize) -> Self {
        Self { division, files: files as u64, placed: 0, last: 0, size: 0 }
    }

    /// The shard of the next group.
    fn place(&mut self, group: u32) -> u32 {
        match self.division {
            PlanDivision::Shards(count) => {
                let shard = self.placed * u64::from(count) / self.files.max(1);
                self.last = u32::try_from(shard).unwrap_or(u32::MAX).min(count.saturating_sub(1));
            }
            PlanDivision::Size(most) if self.size > 0 && self.size.saturating_add(group) > most => {
                self.last += 1;
                self.size = 0;
            }
            PlanDivision::Size(_) => {}
        }
        self.size = self.size.saturating_add(group);
        self.placed += u64::from(group);
        self.last
    }

    fn count(&self) -> u32 {
        match self.division {
            PlanDivision::Shards(count) => count,
            PlanDivision::Size(_) => self.last + 1,
        }
    }
}
