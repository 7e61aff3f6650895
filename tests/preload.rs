//! Libraries that take the place of calls of the system (`LD_PRELOAD`).

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A library made of C; absent where there is no C compiler.
pub fn library(dir: &Path, source: &str) -> Option<PathBuf> {
    let (file, library) = (dir.join("preload.c"), dir.join("preload.so"));
    fs::write(&file, source).unwrap();
    let mut compiler = Command::new("cc");
    compiler.args(["-shared", "-fPIC", "-o"]).arg(&library).arg(&file).arg("-ldl");
    match compiler.output() {
        Ok(output) if output.status.success() => Some(library),
        Ok(output) => panic!("{}", String::from_utf8_lossy(&output.stderr)),
        Err(_) => {
            eprintln!("skipped: no C compiler");
            None
        }
    }
}
