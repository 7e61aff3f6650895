//! How much of a file is fetched from the disk: the header's part, not the pixels'.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::custom_data::DataSet;

/// What the system holds of a file in memory, in bytes; none where nothing tells.
fn resident(file: &Path) -> Option<u64> {
    let out = Command::new("fincore").args(["-nb", "-o", "RES"]).arg(file).output().ok()?;
    String::from_utf8_lossy(&out.stdout).trim().parse().ok()
}

/// Drops a file from memory; whether that could be done.
fn drop_from_memory(file: &Path) -> bool {
    let of = format!("of={}", file.display());
    let done = Command::new("dd")
        .args([&of, "oflag=nocache", "conv=notrunc,fdatasync", "count=0", "status=none"])
        .status();
    done.is_ok_and(|status| status.success()) && resident(file) == Some(0)
}

#[test]
fn of_a_cold_file_no_more_than_16_kib_beyond_the_header_are_fetched() {
    let set = DataSet::new();
    let mut files = Vec::new();
    for (n, view) in ["LCC", "LMLO", "RCC", "RMLO"].iter().enumerate() {
        let path = format!("Cancer_00001/{view}.dcm");
        let text = "x".repeat(6000 * n);
        set.image(&path, &[("DerivationDescription", &text)]);
        let file = set.root().join(&path);
        let mut bytes = fs::read(&file).unwrap();
        let header = bytes.len() as u64;
        bytes.extend([0xe0, 0x7f, 0x10, 0x00, b'O', b'W', 0, 0, 0, 0, 0x80, 0]);
        bytes.resize(bytes.len() + (8 << 20), 7);
        set.put(&path, bytes);
        files.push((file, header));
    }
    if !files.iter().all(|(file, _)| drop_from_memory(file)) {
        eprintln!("skipped: fincore or dd is missing, or the file system is one of memory");
        return;
    }
    set.index(&["--profile", "ncc"]);
    for (file, header) in &files {
        let held = resident(file).unwrap();
        assert!(held > 0 && held <= header + (16 << 10), "{held} of a header of {header}");
    }
}
