//! Workarounds for faults of calamine 0.38: files are checked or repaired before it reads them. Each
//! file names the upstream issue, and can be deleted once the crate has the fix.

pub mod ole;
pub(super) mod xls_limits;
pub(super) mod xls_styles;
