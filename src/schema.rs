//! The facts of `schema/`, as they were when the binary was built.

include!(concat!(env!("OUT_DIR"), "/schema.rs"));
