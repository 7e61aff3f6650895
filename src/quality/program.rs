//! The checks that every catalog has.

use std::cmp::Reverse;
use std::fmt::Write as _;
use std::sync::LazyLock;

use super::check::{CheckOrigin, QualityCheck};
use super::error::UnknownCheck;
use super::{derived, written};

/// Every check of the program, the most severe first, then by name.
pub fn checks() -> &'static [QualityCheck] {
    static CHECKS: LazyLock<Vec<QualityCheck>> = LazyLock::new(|| {
        let files = crate::schema::CHECKS.iter();
        let files = files.map(|(name, text)| written::read(name, text, CheckOrigin::Program));
        let mut all: Vec<QualityCheck> = files.chain(derived::checks()).collect();
        sort(&mut all);
        all
    });
    &CHECKS
}

/// The most severe first, then by name.
pub(super) fn sort(checks: &mut [QualityCheck]) {
    checks.sort_by(|a, b| (Reverse(a.severity), &a.name).cmp(&(Reverse(b.severity), &b.name)));
}

/// The check of the program of that name.
///
/// # Errors
/// When there is none, with the nearest.
pub fn check(name: &str) -> Result<&'static QualityCheck, UnknownCheck> {
    let names = checks().iter().map(|check| check.name.as_str());
    checks().iter().find(|check| check.name == name).ok_or_else(|| UnknownCheck::new(name, names))
}

/// The part of `docs/issues.md` that lists the checks.
pub fn markdown() -> String {
    let mut page = String::from(
        "\n# Checks\n\nWritten from `schema/checks` and, those with a dot in their name, from the facts in \
         `schema/tables`. `mammodex check` counts the rows that break each rule, `mammodex check NAME` \
         shows them; severities are those of findings. Where one file or cell shows the same fault, the \
         finding is named.\n\n\
         | check | severity | what its rows are | what it means | what to do | finding |\n\
         |---|---|---|---|---|---|\n",
    );
    let mut all: Vec<&QualityCheck> = checks().iter().collect();
    all.sort_by_key(|check| (check.origin == CheckOrigin::Fact, check.name.as_str()));
    for QualityCheck { name, severity, title, means, advice, finding, .. } in all {
        let finding = finding.as_ref().map(|code| format!("`{code}`")).unwrap_or_default();
        let _ =
            writeln!(page, "| `{name}` | {severity} | {title} | {means} | {advice} | {finding} |");
    }
    page
}
