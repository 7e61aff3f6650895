//! How waivers change results.

use super::check::QualityCheck;
use super::report::{CheckResult, CheckStatus};
use super::waiver::{CheckWaiver, WaiverFault, WaiverList};

impl WaiverList {
    /// Makes waived what a waiver covers, and returns the waivers that cover nothing. Checks that were not
    /// run are not missed.
    pub(super) fn apply(
        &self,
        checks: &[QualityCheck],
        results: &mut [CheckResult],
        snapshot: u32,
        today: &str,
    ) -> Vec<WaiverFault> {
        let mut faults = Vec::new();
        for waiver in &self.waivers {
            let result = results.iter_mut().find(|result| result.check.name == waiver.check);
            let fault = match result {
                Some(result) => waiver.cover(result, snapshot, today).err(),
                None if checks.iter().any(|check| check.name == waiver.check) => None,
                None => Some("there is no check of that name".to_owned()),
            };
            faults.extend(fault.map(|reason| WaiverFault { waiver: waiver.clone(), reason }));
        }
        faults
    }
}

impl CheckWaiver {
    /// Makes a failed result a waived one, or says why it does not.
    fn cover(&self, result: &mut CheckResult, snapshot: u32, today: &str) -> Result<(), String> {
        match &result.status {
            CheckStatus::Failed => {}
            CheckStatus::Waived(_) => return Err("another waiver covers the same check".to_owned()),
            status => return Err(format!("the check {}", consequence(status))),
        }
        if let Some(last) = self.until_snapshot.filter(|last| snapshot > *last) {
            return Err(format!("it ended with snapshot {last}"));
        }
        if let Some(last) = self.until.as_ref().filter(|last| today > last.as_str()) {
            return Err(format!("it ended on {last}"));
        }
        if let Some(most) = self.rows.filter(|most| result.rows > *most) {
            return Err(format!("it covers {most} rows, and there are {}", result.rows));
        }
        result.status = CheckStatus::Waived(self.clone());
        Ok(())
    }
}

fn consequence(status: &CheckStatus) -> &'static str {
    match status {
        CheckStatus::NotApplicable => "does not apply to the snapshot",
        CheckStatus::Error(_) => "could not be run",
        _ => "passes",
    }
}
