//! mammodex
fn main() {}
