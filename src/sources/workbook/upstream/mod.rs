//! What calamine 0.38 does not bear, measured or mended before it sees a file. Each file names the
//! report upstream, and can be deleted once the crate has the fix.

mod ole;
pub(super) mod xls_limits;
pub(super) mod xls_styles;
