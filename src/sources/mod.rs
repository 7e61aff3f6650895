//! Bytes to records: discovery, DICOM headers, workbooks, annotations, data-set profiles.
pub mod annotation;
pub mod archive;
pub mod dicom;
pub mod discovery;
pub mod files;
pub mod json;
pub mod profile;
pub mod workbook;
