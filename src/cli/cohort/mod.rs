//! `mammodex cohort`: named sets of patients, breasts, images or lesions.

mod commands;
mod create;
mod diff;
mod show;
mod size;
mod steps;

pub use commands::{CohortArgs, run};
