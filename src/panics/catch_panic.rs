//! Work that may panic over damaged bytes, without its message on stderr.
//!
//! Readers of workbooks, Parquet and compressed pixels are made for well-formed files; their panics are
//! reported upstream one by one, such as <https://github.com/tafia/calamine/issues/481>.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

thread_local! {
    static IS_QUIET: Cell<bool> = const { Cell::new(false) };
}

/// The work's result; absent when it panicked. Panics of other threads are printed as before.
pub fn catch_panic<T>(work: impl FnOnce() -> T) -> Option<T> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let default_hook = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !IS_QUIET.get() {
                default_hook(info);
            }
        }));
    });
    IS_QUIET.set(true);
    let result = panic::catch_unwind(AssertUnwindSafe(work));
    IS_QUIET.set(false);
    result.ok()
}
