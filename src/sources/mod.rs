//! Bytes to records: discovery, DICOM headers, workbooks, annotations, data-set profiles.

pub mod annotation;
pub mod archive;
pub mod data_set_files;
pub mod dicom;
pub mod discovery;
pub mod encoding;
pub mod files;
mod foreign_annotation;
pub mod json;
pub mod path_parts;
pub mod profile;
pub mod sniff;
pub mod source_file;
pub mod source_root;
pub mod stored_file;
pub mod workbook;
