//! Bytes to records: discovery, DICOM headers, workbooks, annotations, data-set profiles.
pub mod dicom;
pub mod discovery;
