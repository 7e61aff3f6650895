//! mammodex turns a folder of mammograms, clinical workbooks and lesion annotations into a
//! Parquet catalog, and a question about patients into a list of images that can be trusted.
//!
//! Data flows one way: `sources` → `records` → `tables` → `index` → `catalog` → `cohort` →
//! `manifest`; `docs/architecture.md` lists which module may import which, and a test checks it.

pub mod agreement;
pub mod audit;
pub mod catalog;
pub mod chart;
pub mod cli;
pub mod cohort;
pub mod disk;
pub mod export;
pub mod index;
pub mod language;
pub mod layout;
pub mod manifest;
pub mod mirror;
pub mod panics;
pub mod pixels;
pub mod quality;
pub mod records;
pub mod remote;
pub mod report;
pub mod results;
pub mod review;
pub mod sample;
pub mod saved;
pub mod schema;
pub mod shell;
pub mod shortcuts;
pub mod sources;
pub mod split;
pub mod sql;
pub mod statistics;
pub mod storage;
pub mod table1;
pub mod tables;
pub mod text;
