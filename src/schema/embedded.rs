//! The files of `schema/`, each as its stem and its text.

include!(concat!(env!("OUT_DIR"), "/schema.rs"));
