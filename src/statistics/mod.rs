//! Numbers about groups: differences, tests, tables. Pure: numbers in, numbers out.
//!
//! Nothing here knows the catalog, a column or a file; what a number is of, the caller knows.

pub mod smd;
