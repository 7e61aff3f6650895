//! `mammodex check`: rules that the catalog's rows must keep.

mod arguments;
mod output;
mod show;

pub use arguments::CheckArgs;
pub(super) use show::run;
