//! Splits: the patients of a cohort in parts for training, validation and testing.
//!
//! A split assigns whole patients. Cases that share an image stay together, as do a case and its
//! matched controls. It is made in phases, each of which is a value: the roster of patients, the
//! enrollment, the grouping, the assignment, and the saved split.

mod assignment;
pub mod by_time;
mod check;
mod class_balance;
mod columns;
mod create;
mod downsampling;
mod draft;
mod earlier;
mod enrollment;
mod error;
pub mod exact;
mod file;
mod grouping;
pub mod groups;
mod hold_out;
pub mod iterative;
mod margins;
mod match_balance;
mod match_plan;
mod match_summary;
mod matching;
pub mod min_cost_flow;
mod notices;
mod placement;
mod plan;
mod publish;
mod roster;
pub mod rounding;
mod saved;
mod shared_images;
pub mod shares;
mod similar_ids;
mod store;
mod stratum_column;

pub use check::{SplitFinding, SplitSeverity, check};
pub use class_balance::ClassBalance;
pub use create::{SplitResult, create, extend};
pub use error::SplitError;
pub use hold_out::HoldOut;
pub use match_plan::{ControlChoice, MatchCriterion, MatchPlan, PatientGroup};
pub use match_summary::{BalanceStat, MatchSummary};
pub use notices::SplitNotice;
pub use placement::{FixedPart, SplitExclusion};
pub use plan::{AssignmentOrder, PatientSelection, SplitMethod, SplitPlan};
pub use publish::delete;
pub use saved::{Deviation, Split, SplitPart, Stratum};
pub use shared_images::SharedImage;
pub use shares::{ShareError, SplitShares};
pub use store::{SPLIT_VIEWS, SPLITS, list, load, overlap, relation, rows_path, verify};
pub use stratum_column::StratumColumn;
