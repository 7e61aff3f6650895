//! `mammodex check`: rules that the catalog's rows must keep.

mod arguments;
mod changes;
mod output;
mod show;
mod waive;

pub use arguments::CheckArgs;
pub(super) use show::run;
