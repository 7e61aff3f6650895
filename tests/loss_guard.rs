//! A good snapshot is not replaced by one of an empty, far smaller or other data set.

use std::fs;

use mammodex::sample::SampleFlaws;

use crate::incremental::tables;
use crate::index::{Indexed, index};

#[test]
fn an_empty_data_set_never_replaces_a_snapshot_without_force() {
    let set = Indexed::new(10, SampleFlaws::Without);
    assert_eq!(set.index(&[]).0, 0);
    let before = tables(&set.catalog());
    // A share that is not mounted is an empty folder.
    fs::remove_dir_all(set.data()).unwrap();
    fs::create_dir(set.data()).unwrap();
    let (code, message) = set.index(&[]);
    assert_eq!(code, 2, "{message}");
    assert!(message.contains("40 of 40 images of snapshot 1 would vanish"), "{message}");
    assert!(message.contains("--force"), "{message}");
    assert_eq!(before, tables(&set.catalog()));
    assert_eq!(set.index(&["--force"]).0, 0);
    assert_eq!(set.rows("SELECT count(*) FROM images"), ["0"]);
}

#[test]
fn a_data_set_that_lost_most_of_its_images_never_replaces_a_snapshot_without_force() {
    let set = Indexed::new(20, SampleFlaws::Without);
    assert_eq!(set.index(&[]).0, 0);
    let before = tables(&set.catalog());
    fs::remove_dir_all(set.data().join("dcm/Uncompressed/Normal")).unwrap();
    // 48 of 80 images are lost.
    let (code, message) = set.index(&[]);
    assert_eq!(code, 2, "{message}");
    assert!(message.contains("48 of 80 images of snapshot 1 would vanish"), "{message}");
    assert_eq!(before, tables(&set.catalog()));
    // An inventory is smaller on purpose.
    let list = set.dir.path().join("list.txt");
    fs::write(&list, "dcm/Uncompressed/Benign/Benign_00001/LCC.dcm\n").unwrap();
    assert!(set.index(&["--files-from", list.to_str().unwrap()]).0 < 2);
}

#[test]
fn another_folder_never_replaces_a_snapshot_without_force() {
    let set = Indexed::new(10, SampleFlaws::Without);
    assert_eq!(set.index(&[]).0, 0);
    let other = Indexed::new(10, SampleFlaws::Without);
    let (code, message) = index(&other.data(), &set.catalog(), &[]);
    assert_eq!(code, 2, "{message}");
    assert!(message.contains("snapshot 1 is of ") && message.contains("--force"), "{message}");
    assert_eq!(index(&other.data(), &set.catalog(), &["--force"]).0, 0);
}
