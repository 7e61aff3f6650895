//! The headers of all DICOM files, counted.

use std::collections::{BTreeMap, BTreeSet};

use super::finding::{AuditFinding, VendorRows};
use crate::records::identifying::{self, MethodCode};
use crate::records::issue::Severity;
use crate::sources::data_set_files::DataSetFiles;
use crate::sources::dicom::{FileWindow, HeaderIdentity, UidRoot};
use crate::storage::Requests;

/// Headers that are held at a time.
const BATCH: usize = 4096;
/// What `deidentification_codes.csv` calls a SOP Instance UID below the root of a maker of devices.
const DEVICE_UID: &str = "UID of the device";

/// What the headers of many files say.
#[derive(Debug, Default)]
pub(super) struct HeaderTally {
    files: u64,
    unreadable: u64,
    by_vendor: BTreeMap<String, u64>,
    attributes: BTreeMap<(String, String), u64>,
    placeholder_names: u64,
    id_forms: BTreeMap<&'static str, u64>,
    description_forms: BTreeMap<&'static str, u64>,
    removed: BTreeMap<Option<bool>, u64>,
    without_method: u64,
    method_codes: BTreeMap<MethodCode, u64>,
    /// Files with codes of a method, none of which keeps attributes of that kind, that have one filled in.
    not_kept: BTreeMap<&'static str, u64>,
    /// Files that claim to be de-identified and have an attribute of severity error filled in.
    contradicted: u64,
    modified_dates: u64,
    unmodified_dates: u64,
    roots: BTreeMap<Option<UidRoot>, u64>,
}

/// Reads the headers of the files at these paths.
pub(super) fn tally(
    files: &DataSetFiles,
    paths: &[String],
    progress: &(dyn Fn() + Sync),
) -> HeaderTally {
    let read = |path: &String| {
        progress();
        files.read(path, |source, length| {
            HeaderIdentity::read(&mut FileWindow::new(source, length, Vec::new()))
        })
    };
    let requests = Requests::default();
    let mut tally = HeaderTally::default();
    for paths in paths.chunks(BATCH) {
        for header in requests.map(paths.iter().collect(), || (), |_, path| read(path)) {
            match header {
                Ok(header) => tally = tally.with(&header),
                Err(_) => tally.unreadable += 1,
            }
        }
    }
    tally
}

impl HeaderTally {
    fn with(mut self, header: &HeaderIdentity) -> Self {
        let vendor = header.vendor.clone().unwrap_or_else(|| "other".to_owned());
        self.files += 1;
        let mut is_exposed = false;
        for keyword in &header.identifying {
            is_exposed |= severity_of(keyword).0 == Severity::Error;
            *self.attributes.entry((keyword.to_string(), vendor.clone())).or_default() += 1;
        }
        *self.by_vendor.entry(vendor).or_default() += 1;
        self.placeholder_names += u64::from(header.has_placeholder_name);
        if let Some(form) = header.patient_id_form {
            *self.id_forms.entry(form).or_default() += 1;
        }
        for form in &header.description_forms {
            *self.description_forms.entry(form).or_default() += 1;
        }
        *self.removed.entry(header.identity_removed).or_default() += 1;
        let is_claimed = header.identity_removed == Some(true);
        let has_method = header.has_method || !header.method_codes.is_empty();
        self.without_method += u64::from(is_claimed && !has_method);
        for code in &header.method_codes {
            *self.method_codes.entry(*code).or_default() += 1;
        }
        for kind in not_kept(header) {
            *self.not_kept.entry(kind).or_default() += 1;
        }
        self.contradicted += u64::from(is_claimed && is_exposed);
        match header.dates_modified.as_deref() {
            Some("UNMODIFIED") => self.unmodified_dates += 1,
            Some(_) => self.modified_dates += 1,
            None => {}
        }
        *self.roots.entry(header.uid_root).or_default() += 1;
        self
    }

    /// The findings, in a fixed order.
    pub fn findings(&self, rows: VendorRows) -> Vec<AuditFinding> {
        let mut findings = self.statements();
        findings.extend(self.codes());
        findings.extend(match rows {
            VendorRows::Together => self.attributes(),
            VendorRows::Each => self.attributes_by_vendor(),
        });
        for (form, count) in &self.id_forms {
            let message = format!("Patient ID has the form of {form}");
            findings.push(self.of_files("patient ID", Severity::Error, form, *count, message));
        }
        for (form, count) in &self.description_forms {
            let message = format!("a description, protocol or comment has the form of {form}");
            findings.push(self.of_files("header text", Severity::Warning, form, *count, message));
        }
        for (root, count) in &self.roots {
            let (severity, subject, message) = match root {
                Some(root) if root.is_of_device => (
                    Severity::Warning,
                    root.owner,
                    "SOP Instance UIDs are those that the device gave: they lead to the examination",
                ),
                Some(root) => (Severity::Info, root.owner, "SOP Instance UIDs were replaced"),
                None => (
                    Severity::Info,
                    "another root",
                    "the owner of the root of SOP Instance UIDs is not known",
                ),
            };
            findings.push(self.of_files("UID root", severity, subject, *count, message));
        }
        findings
    }

    /// The codes of the method, and what is filled in although none of them keeps it.
    fn codes(&self) -> Vec<AuditFinding> {
        let check = "de-identification";
        let code = |(code, count): (&MethodCode, &u64)| {
            let subject = format!("{} {}", code.code, code.meaning);
            let message = "a code of the De-identification Method";
            self.of_files(check, Severity::Info, &subject, *count, message)
        };
        let not_kept = |(kind, count): (&&'static str, &u64)| {
            let subject = format!("{kind} without a code of the method");
            let message = "filled in, and no De-identification Method code keeps it";
            self.of_files(check, Severity::Warning, &subject, *count, message)
        };
        let codes = self.method_codes.iter().map(code);
        self.not_kept.iter().map(not_kept).chain(codes).collect()
    }

    fn attributes(&self) -> Vec<AuditFinding> {
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        for ((keyword, _), count) in &self.attributes {
            *counts.entry(keyword).or_default() += count;
        }
        let finding = |(keyword, count): (&str, u64)| {
            let (severity, kind) = severity_of(keyword);
            self.of_files("header attribute", severity, keyword, count, filled(kind))
        };
        counts.into_iter().map(finding).collect()
    }

    fn attributes_by_vendor(&self) -> Vec<AuditFinding> {
        let finding = |((keyword, vendor), count): (&(String, String), &u64)| {
            let (severity, kind) = severity_of(keyword);
            let counts = [*count, self.by_vendor.get(vendor).copied().unwrap_or(self.files)];
            AuditFinding::new("header attribute", severity, keyword, counts, filled(kind))
                .of_vendor(vendor)
        };
        self.attributes.iter().map(finding).collect()
    }

    /// What the headers state about their de-identification, against what is seen.
    fn statements(&self) -> Vec<AuditFinding> {
        let count = |is: Option<bool>| self.removed.get(&is).copied().unwrap_or(0);
        let removed = "Patient Identity Removed";
        let lines = [
            (
                Severity::Error,
                "unreadable",
                self.unreadable,
                "the file cannot be read: it was not audited",
            ),
            (
                Severity::Error,
                removed,
                self.contradicted,
                "YES, but the name, birth date or number of a person is filled in",
            ),
            (Severity::Warning, removed, count(Some(false)), "NO"),
            (Severity::Info, removed, count(None), "the header does not record it"),
            (Severity::Info, removed, count(Some(true)), "YES"),
            (
                Severity::Warning,
                "De-identification Method",
                self.without_method,
                "the identity is said to be removed, but not by which method",
            ),
            (
                Severity::Warning,
                "Longitudinal Temporal Information Modified",
                self.unmodified_dates,
                "UNMODIFIED: dates are those of the examination",
            ),
            (
                Severity::Info,
                "Longitudinal Temporal Information Modified",
                self.modified_dates,
                "dates were shifted or removed",
            ),
            (
                Severity::Info,
                "Patient's Name",
                self.placeholder_names,
                "a placeholder, or the same as Patient ID",
            ),
        ];
        let lines = lines.into_iter().filter(|(_, _, count, _)| *count > 0);
        lines
            .map(|(severity, subject, count, message)| {
                self.of_files("de-identification", severity, subject, count, message)
            })
            .collect()
    }

    fn of_files(
        &self,
        check: &'static str,
        severity: Severity,
        subject: &str,
        count: u64,
        message: impl Into<String>,
    ) -> AuditFinding {
        AuditFinding::new(check, severity, subject, [count, self.files + self.unreadable], message)
    }
}

/// The kinds of attributes that are filled in although the header has codes of a method and none keeps them.
fn not_kept(header: &HeaderIdentity) -> BTreeSet<&'static str> {
    if header.method_codes.is_empty() {
        return BTreeSet::new();
    }
    let is_kept = |kind: &str| header.method_codes.iter().any(|code| code.kept == Some(kind));
    let filled: BTreeSet<&str> =
        header.identifying.iter().map(|keyword| severity_of(keyword).1).collect();
    let has_device_uid = header.uid_root.is_some_and(|root| root.is_of_device);
    let is_filled = |kind: &str| filled.contains(kind) || (kind == DEVICE_UID && has_device_uid);
    let kinds = identifying::method_codes().filter_map(|code| code.kept);
    kinds.filter(|kind| is_filled(kind) && !is_kept(kind)).collect()
}

fn filled(kind: &str) -> String {
    format!("{kind}: the attribute is filled in")
}

/// Severity and kind of an attribute that is filled in.
fn severity_of(keyword: &str) -> (Severity, &'static str) {
    let Some((severity, kind)) = identifying::exposure(keyword) else {
        return (Severity::Info, "other");
    };
    let severity = match severity {
        "error" => Severity::Error,
        "warning" => Severity::Warning,
        _ => Severity::Info,
    };
    (severity, kind)
}
