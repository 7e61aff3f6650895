//! `mammodex manifest`: the images of a cohort or split as a list that trainers read.

mod commands;
mod create;
mod verify;

pub use commands::{ManifestArgs, run};
