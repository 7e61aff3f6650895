//! What the maker of a split must know about it, each notice as one sentence.

use std::fmt;

use super::draft::SplitDraft;
use super::match_summary::{BalanceStat, MatchSummary};
use super::placement::SplitExclusion;
use super::plan::SplitMethod;
use super::saved::Split;
use super::shared_images::SharedImage;
use crate::saved::SavedName;
use crate::text::counted;

/// Something that the maker of a split must know.
#[derive(Debug, Clone, PartialEq)]
pub enum SplitNotice {
    /// Patients were assigned by iterative stratification.
    Iterative,
    /// Single values are listed: the strata are many and small.
    ValuesListed,
    /// Cases share images and stay together.
    Linked {
        /// The cases.
        cases: u64,
        /// Their groups.
        groups: u64,
    },
    /// A shared value of too many cases to link them.
    Placeholder(SharedImage),
    /// Patients kept their parts.
    Kept {
        /// The split that is extended.
        earlier: SavedName,
        /// Patients who kept their parts.
        kept: u64,
        /// Patients who are new.
        new: u64,
    },
    /// The cohort does not have some patients of the split that is extended.
    Absent {
        /// That split.
        earlier: SavedName,
        /// The patients.
        patients: u64,
    },
    /// Patients of the hold-out have images with another value too.
    MixedHoldOut {
        /// The hold-out.
        hold_out: String,
        /// The patients.
        patients: u64,
    },
    /// Controls were matched.
    Matched(Box<MatchSummary>),
    /// The balance of one criterion before and after matching.
    Balance(BalanceStat),
    /// Patients are in no part.
    Excluded {
        /// Why.
        reason: SplitExclusion,
        /// The patients.
        patients: u64,
    },
    /// A part has no patients.
    Empty {
        /// The part.
        part: String,
        /// The patients of the split.
        patients: u64,
    },
    /// Cases whose IDs differ only in spelling, view or side are in several parts.
    SimilarIds {
        /// The groups of such cases in several parts.
        groups: u64,
        /// The cases of the first group.
        first: Vec<String>,
    },
    /// Linked cases are in several parts of the split that is extended.
    Straddling(Vec<String>),
    /// Patients are in a part though their last date is one of a later part.
    Late {
        /// The column of dates.
        column: String,
        /// The patients.
        patients: u64,
    },
}

impl SplitNotice {
    /// Whether it reports a leak, or most likely one.
    pub fn is_warning(&self) -> bool {
        self.is_leak() || matches!(self, Self::SimilarIds { .. })
    }

    /// Whether it reports a leak that the maker must decide about.
    pub fn is_leak(&self) -> bool {
        matches!(self, Self::Straddling(_) | Self::Late { .. })
    }

    /// The notices about a new split, warnings last.
    pub(super) fn collect(draft: &SplitDraft<'_>, split: &Split) -> Vec<Self> {
        let (enrollment, grouping) = (&draft.enrollment, &draft.grouping);
        let mut notices = Vec::new();
        if split.method == SplitMethod::Iterative {
            notices.push(Self::Iterative);
        } else if draft.assignment.lists_values {
            notices.push(Self::ValuesListed);
        }
        if !grouping.linked.is_empty() {
            let cases = grouping.linked.iter().map(|group| group.len() as u64).sum();
            notices.push(Self::Linked { cases, groups: grouping.linked.len() as u64 });
        }
        notices.extend(grouping.placeholders.iter().cloned().map(Self::Placeholder));
        if let (Some(kept), Some(earlier)) = (enrollment.kept, &split.extends) {
            let new = split.patients.saturating_sub(kept);
            notices.push(Self::Kept { earlier: earlier.clone(), kept, new });
            if !enrollment.absent.is_empty() {
                let patients = enrollment.absent.len() as u64;
                notices.push(Self::Absent { earlier: earlier.clone(), patients });
            }
        }
        if let (patients @ 1.., Some(hold_out)) = (enrollment.mixed_hold_out, &split.hold_out) {
            notices.push(Self::MixedHoldOut { hold_out: hold_out.clone(), patients });
        }
        if let Some(matching) = &split.matching {
            notices.push(Self::Matched(matching.clone()));
            notices.extend(matching.balance.iter().cloned().map(Self::Balance));
        }
        for (reason, patients) in &split.excluded {
            notices.push(Self::Excluded { reason: *reason, patients: *patients });
        }
        for part in split.parts.iter().filter(|part| part.patients == 0) {
            notices.push(Self::Empty { part: part.name.clone(), patients: split.patients });
        }
        let apart: Vec<&Vec<String>> =
            grouping.similar_ids.iter().filter(|cases| draft.are_apart(cases)).collect();
        if let Some(first) = apart.first() {
            let groups = apart.len() as u64;
            notices.push(Self::SimilarIds { groups, first: first.to_vec() });
        }
        notices.extend(grouping.straddling.iter().cloned().map(Self::Straddling));
        if let (patients @ 1.., Some(column)) = (draft.assignment.late, &split.temporal) {
            notices.push(Self::Late { column: column.clone(), patients });
        }
        notices
    }
}

impl fmt::Display for SplitNotice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Iterative => f.write_str("assigned by iterative stratification"),
            Self::ValuesListed => f.write_str(
                "listed by single values: their combinations are many and small, and each is assigned \
                 in proportion too (--method exact lists them)",
            ),
            Self::Linked { cases, groups } => {
                let groups = counted(*groups, "group");
                write!(f, "{cases} cases in {groups} share images and stay together")
            }
            Self::Placeholder(SharedImage { column, value, cases }) => write!(
                f,
                "{column} {value} is shared by {} cases: treated as a placeholder, cases not linked",
                cases.len()
            ),
            Self::Kept { earlier, kept, new } => {
                write!(f, "kept from {earlier}: {}; new: {new}", counted(*kept, "patient"))
            }
            Self::Absent { earlier, patients } => write!(
                f,
                "{} of {earlier} not in the cohort; their parts are reserved",
                counted(*patients, "patient")
            ),
            Self::MixedHoldOut { hold_out, patients } => write!(
                f,
                "{} held out by {hold_out} also with images of another value",
                counted(*patients, "patient")
            ),
            Self::Matched(matching) => matching.fmt(f),
            Self::Balance(balance) => balance.fmt(f),
            Self::Excluded { reason, patients } => {
                write!(f, "excluded: {} ({reason})", counted(*patients, "patient"))
            }
            Self::Empty { part, patients } => {
                let patients = counted(*patients, "patient");
                write!(f, "{part} is empty: {patients} are too few for it")
            }
            Self::SimilarIds { groups, first } => write!(
                f,
                "{} of case IDs that differ only in spelling, view or side {} in several parts, such \
                 as {}: most likely one patient; `mammodex check` lists them",
                counted(*groups, "group"),
                if *groups == 1 { "is" } else { "are" },
                first.join(", ")
            ),
            Self::Straddling(cases) => write!(
                f,
                "these share images and are in several parts, where --extend leaves them: {}",
                cases.join(", ")
            ),
            Self::Late { column, patients } => write!(
                f,
                "{} now dated ({column}) in the days of a later part; --extend moves no patient",
                counted(*patients, "patient")
            ),
        }
    }
}
