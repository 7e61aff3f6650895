//! mammodex
fn main(){}
