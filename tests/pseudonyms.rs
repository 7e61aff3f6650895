//! Pseudonyms of patients and readers: made with a key that is in no catalog.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use sha2::{Digest, Sha256};

use crate::custom_data::DataSet;
use crate::fixture::{Said, assert_said, mammodex, run};
use crate::index::tree;

const ID: &str = "20481632";
/// The header states that the patient can be identified.
const OPEN: (&str, &str) = ("PatientIdentityRemoved", "NO");

struct Keyed {
    set: DataSet,
    dir: PathBuf,
}

impl Keyed {
    fn new() -> Self {
        let set = DataSet::new();
        set.image("a/LCC.dcm", &[("PatientID", ID), OPEN]);
        set.image("a/RCC.dcm", &[("PatientID", ID), OPEN]);
        set.image("b/LCC.dcm", &[("PatientID", "30481632"), OPEN]);
        let dir = set.root().parent().unwrap().to_owned();
        Self { set, dir }
    }

    /// Indexes with the usual place of the key below the folder.
    fn index(&self, more: &[&str]) -> Said {
        let mut command = mammodex(&self.dir);
        command.env_remove("MAMMODEX_PSEUDONYM_KEY").env_remove("XDG_DATA_HOME");
        command.args(["index", "data", "--profile", "generic"]).args(more);
        run(&mut command, &self.dir, "")
    }

    fn key(&self) -> PathBuf {
        self.dir.join(".local/share/mammodex/pseudonym.key")
    }

    fn cases(&self) -> Vec<String> {
        self.set.rows("SELECT DISTINCT case_id FROM images ORDER BY 1")
    }
}

#[test]
fn pseudonyms_need_the_key_and_stay_the_same_with_it() {
    let keyed = Keyed::new();
    let said = keyed.index(&[]);
    assert!(said.code < 2, "{}", said.err);
    let mode = fs::metadata(keyed.key()).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o600);
    let cases = keyed.cases();
    assert_eq!(cases.len(), 2);
    let digest = Sha256::digest(ID);
    let unkeyed: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    assert!(!cases.iter().any(|case| case[1..8] == unkeyed[..7]), "{cases:?} need no key");
    // Another catalog, the same key.
    fs::rename(keyed.set.catalog(), keyed.dir.join("first")).unwrap();
    assert!(keyed.index(&[]).code < 2);
    assert_eq!(keyed.cases(), cases);
    // Another key.
    fs::rename(keyed.set.catalog(), keyed.dir.join("second")).unwrap();
    assert!(keyed.index(&["--pseudonym-key", "other.key"]).code < 2);
    let others = keyed.cases();
    assert!(others.len() == 2 && others.iter().all(|case| !cases.contains(case)), "{others:?}");
    // Neither key is in a catalog.
    let key = fs::read_to_string(keyed.key()).unwrap();
    for (name, bytes) in tree(&keyed.dir.join("first/current")) {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        assert!(!text.contains(key.trim()), "{name} has the key");
    }
}

#[test]
fn the_pseudonyms_of_a_catalog_never_change_by_mistake() {
    let keyed = Keyed::new();
    assert!(keyed.index(&[]).code < 2);
    let cases = keyed.cases();
    fs::rename(keyed.key(), keyed.dir.join("kept.key")).unwrap();
    let said = keyed.index(&[]);
    assert!(said.code == 2 && said.err.contains("restore that file"), "{}", said.err);
    assert!(!keyed.key().exists(), "a new key was made");
    assert!(keyed.index(&["--pseudonym-key", "kept.key"]).code < 2);
    fs::write(keyed.key(), format!("{}\n", "0a".repeat(32))).unwrap();
    fs::set_permissions(keyed.key(), fs::Permissions::from_mode(0o600)).unwrap();
    let said = keyed.index(&[]);
    assert!(said.code == 2 && said.err.contains("name the other file"), "{}", said.err);
    assert_eq!(keyed.cases(), cases);
    // On request all change, rows of unchanged files too.
    assert!(keyed.index(&["--force"]).code < 2);
    assert!(keyed.cases().iter().all(|case| !cases.contains(case)));
}

#[test]
fn a_key_that_others_can_read_is_refused() {
    let keyed = Keyed::new();
    for (place, wanted) in [
        ("catalog/own.key", "is in the catalog"),
        ("data/own.key", "is in the data set"),
        ("missing/../data/own.key", "is in the data set"),
    ] {
        fs::create_dir_all(keyed.dir.join("missing")).unwrap();
        let said = keyed.index(&["--pseudonym-key", place]);
        assert!(said.code == 2 && said.err.contains(wanted), "{place}: {}", said.err);
        assert!(!keyed.dir.join(place).exists());
    }
    let key = keyed.dir.join("open.key");
    fs::write(&key, "0a".repeat(32)).unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    let said = keyed.index(&["--pseudonym-key", "open.key"]);
    assert_said!(said, @r"
        exit code 2
        --- stderr ---
        mammodex: open.key can be read by other users (mode 644): chmod 600 open.key
        ");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    assert!(keyed.index(&["--pseudonym-key", "open.key"]).code < 2);
    for text in ["", "0a", "a short passphrase", &"0g".repeat(32), &"é".repeat(32)] {
        fs::write(&key, text).unwrap();
        let said = keyed.index(&["--pseudonym-key", "open.key"]);
        assert!(said.code == 2 && said.err.contains("64 hexadecimal digits"), "{}", said.err);
    }
}

#[test]
fn a_profile_without_pseudonyms_needs_no_key() {
    let keyed = Keyed::new();
    keyed.set.image("dcm/Normal_00001/LCC.dcm", &[("PatientID", "Normal_00001")]);
    let mut command = mammodex(&keyed.dir);
    command.env_remove("MAMMODEX_PSEUDONYM_KEY").args(["index", "data", "--profile", "ncc"]);
    let said = run(&mut command, &keyed.dir, "");
    assert!(said.code < 2 && !keyed.key().exists(), "{}", said.err);
}

#[test]
fn readers_are_named_by_pseudonyms_where_the_profile_says_so() {
    let keyed = Keyed::new();
    let shown = keyed.set.run(&["profile", "show", "generic"]).out;
    let profile = shown.replace("[annotation]", "[annotation]\nreaders = \"pseudonym\"");
    assert_ne!(shown, profile);
    fs::write(keyed.dir.join("mine.toml"), profile).unwrap();
    let annotation = |reader: &str| {
        format!(
            r#"{{"case_id":"{ID}","user_id":"{reader}","contour_list":{{"mass":{{"lcc":{{"1":[{{"x":1,"y":2}},{{"x":9,"y":2}},{{"x":9,"y":9}}]}}}}}}}}"#
        )
    };
    keyed.set.put("first.json", annotation("kim.hidden"));
    keyed.set.put("second.json", annotation("lee.hidden"));
    let said = keyed.index(&["--profile", "mine.toml"]);
    assert!(said.code == 2, "two profiles: {}", said.err);
    let mut command = mammodex(&keyed.dir);
    command.args(["index", "data", "--profile", "mine.toml"]);
    let said = run(&mut command, &keyed.dir, "");
    assert!(said.code < 2, "{}", said.err);
    let readers = keyed.set.rows("SELECT DISTINCT reader FROM annotations ORDER BY 1");
    assert!(readers.len() == 2 && readers.iter().all(|r| r.len() == 13 && r.starts_with('R')));
    assert_eq!(keyed.set.rows("SELECT DISTINCT reader FROM lesions ORDER BY 1"), readers);
    for table in ["patients", "breasts", "annotations", "lesions", "issues", "sources"] {
        let rows = keyed.set.rows(&format!("FROM {table}")).join("\n");
        assert!(!rows.contains("hidden"), "{table}: {rows}");
    }
}
