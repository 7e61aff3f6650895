//! The facts of `schema/` at the time the binary was built.

include!(concat!(env!("OUT_DIR"), "/schema.rs"));
