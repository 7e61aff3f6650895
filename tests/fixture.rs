//! A small catalog with its image files, made without the indexer.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use duckdb::Connection;
use mammodex::disk::sha256_of_file;
use mammodex::tables::snapshot::{SCHEMA_VERSION, SnapshotDescription, TableFile};
use mammodex::tables::{dictionary, spec};

/// A data set and its catalog in a folder of their own.
pub struct Fixture {
    pub dir: tempfile::TempDir,
}

/// The exit code and output of a run.
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
    /// The folder it ran in.
    dir: PathBuf,
}

impl Said {
    /// What a run in a folder said.
    pub fn of(output: &Output, dir: &Path) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
            dir: dir.to_owned(),
        }
    }

    /// Exit code, stdout and stderr as one text; the folder of the run is `[DIR]`.
    pub fn report(&self) -> String {
        let mut report = format!("exit code {}\n", self.code);
        for (name, text) in [("stdout", &self.out), ("stderr", &self.err)] {
            if !text.is_empty() {
                report.push_str(&format!("--- {name} ---\n{text}"));
            }
        }
        report.replace(&self.dir.to_string_lossy().into_owned(), "[DIR]")
    }
}

/// Compares exit code, stdout and stderr of a run with an inline snapshot.
macro_rules! assert_said {
    ($said:expr, @$snapshot:literal) => {
        insta::assert_snapshot!($said.report(), @$snapshot)
    };
}
pub(crate) use assert_said;

/// 60 patients: 36 normal, 12 benign, 12 malignant; four images each but for the last.
const ROWS: &str = "
INSERT INTO patients BY NAME
SELECT printf('%s_%05d', g, n) AS case_id,
       CASE g WHEN 'Normal' THEN 'normal' WHEN 'Benign' THEN 'benign' ELSE 'malignant' END AS diagnosis,
       40 + n AS age_years,
       ['GE', 'HOLOGIC', 'SIEMENS'][n % 3 + 1] AS vendor,
       CASE g WHEN 'Normal' THEN n % 3 WHEN 'Benign' THEN 3 + n % 2 ELSE 4 + n % 3 END AS birads_max,
       CASE WHEN g = 'Cancer' AND n % 3 = 0 THEN '4B' ELSE birads_max::VARCHAR END AS birads_max_code,
       CASE WHEN g = 'Cancer' THEN [0, 1, 1, 2, 3, 4][n % 6 + 1] END AS t_stage,
       CASE WHEN g = 'Cancer' THEN ['Tis (DCIS)', '1mi', '1c', '2', '3', '4b'][n % 6 + 1] END AS t_stage_code,
       CASE WHEN g = 'Cancer' THEN n % 3 END AS n_stage,
       CASE WHEN g = 'Cancer' THEN ['0', '1mi', '2a'][n % 3 + 1] END AS n_stage_code,
       CASE WHEN g = 'Cancer' THEN ['IDC', 'ILC'][n % 2 + 1] END AS histology_group,
       CASE WHEN g = 'Cancer' THEN ['8500/3', '8520/3'][n % 2 + 1] END AS icdo3,
       4 AS image_count, ['LCC', 'LMLO', 'RCC', 'RMLO'] AS views, true AS has_four_views,
       0 AS annotation_count, 0 AS lesion_count, []::VARCHAR[] AS readers,
       CASE WHEN g = 'Cancer' THEN n = 5 END AS discarded
FROM (VALUES ('Normal', 36), ('Benign', 12), ('Cancer', 12)) groups(g, many), range(1, 37) numbers(n)
WHERE n <= many;
INSERT INTO images BY NAME
SELECT case_id, printf('dicom/%s/%s.dcm', case_id, v) AS path,
       printf('1.2.826.%d.%d.%d', ascii(case_id), right(case_id, 5)::INTEGER, k) AS sop_instance_uid,
       v AS view, v[2:] AS view_code, v[1] AS laterality, 'ffdm' AS mammogram_type, vendor,
       []::VARCHAR[] AS view_modifiers, true AS is_standard_view, 1000 AS size_bytes, 'f' AS header_fingerprint
FROM patients, (VALUES (1, 'LCC'), (2, 'LMLO'), (3, 'RCC'), (4, 'RMLO')) views(k, v)
WHERE case_id <> 'Normal_00036' ORDER BY path;
UPDATE patients SET image_count = 0, views = [], has_four_views = false WHERE case_id = 'Normal_00036';
";

impl Fixture {
    /// The catalog with snapshot 1.
    pub fn new() -> Self {
        Self::with("")
    }

    /// The same after some more SQL on the tables.
    pub fn with(sql: &str) -> Self {
        let fixture = Self { dir: tempfile::tempdir().unwrap() };
        let root = fixture.root();
        fs::create_dir_all(&root).unwrap();
        fixture.snapshot(1, sql);
        let paths = fixture.run(&["query", "--format", "csv", "SELECT path FROM images"]);
        for path in paths.out.lines().skip(1) {
            let file = root.join(path.trim_matches('"').trim_start_matches('\''));
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, "DICM").unwrap();
        }
        fixture
    }

    /// Writes snapshot `id` and makes it the newest.
    pub fn snapshot(&self, id: u32, sql: &str) {
        let dir = self.catalog().join(format!("snapshots/{id:06}"));
        fs::create_dir_all(&dir).unwrap();
        let db = Connection::open_in_memory().unwrap();
        let tables: Vec<&spec::TableSpec> = spec::all().iter().collect();
        // The fixture fills few columns; those that are never null would refuse it.
        let shape = dictionary::sql(&tables).replace(" NOT NULL", "");
        db.execute_batch(&shape).unwrap();
        db.execute_batch(ROWS).unwrap();
        db.execute_batch(sql).unwrap();
        let mut description = SnapshotDescription {
            id,
            schema_version: SCHEMA_VERSION,
            tool_version: "0.1.0".to_owned(),
            root: self.root().to_string_lossy().into_owned(),
            profile: "test".to_owned(),
            pseudonym_key: None,
            tables: Default::default(),
            checksum: None,
        };
        for table in tables {
            let path = dir.join(format!("{}.parquet", table.name));
            let rows = db
                .query_row(&format!("SELECT count(*) FROM {}", table.name), [], |r| r.get(0))
                .unwrap();
            let copy = format!("COPY {} TO '{}' (FORMAT parquet)", table.name, path.display());
            db.execute_batch(&copy).unwrap();
            let sha256 = sha256_of_file(&path).unwrap();
            description.tables.insert(table.name.clone(), TableFile { rows, sha256 });
        }
        let text = serde_json::to_vec_pretty(&description.sealed()).unwrap();
        fs::write(dir.join("snapshot.json"), text).unwrap();
        let link = self.catalog().join("current");
        let _ = fs::remove_file(&link);
        std::os::unix::fs::symlink(format!("snapshots/{id:06}"), link).unwrap();
    }

    /// The data set's folder.
    pub fn root(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    /// The catalog's folder.
    pub fn catalog(&self) -> PathBuf {
        self.dir.path().join("catalog")
    }

    /// Runs the binary in the fixture's folder.
    pub fn run(&self, arguments: &[&str]) -> Said {
        self.run_with(arguments, "")
    }

    /// The same with something on standard input.
    pub fn run_with(&self, arguments: &[&str], input: &str) -> Said {
        run_in(self.dir.path(), arguments, input)
    }

    /// A split called `pilot` of a cohort of everyone.
    pub fn pilot(&self, ratios: &str, more: &[&str]) {
        self.done(&["cohort", "create", "all", "--where", "true"]);
        self.done(
            &[&["split", "create", "pilot", "--cohort", "all", "--ratios", ratios], more].concat(),
        );
    }

    /// The Parquet file of a saved split.
    pub fn split_rows(&self, name: &str) -> PathBuf {
        let split = mammodex::split::load(&self.catalog(), &name.parse().unwrap()).unwrap();
        mammodex::split::rows_path(&self.catalog(), &split)
    }

    /// Runs the binary, which must end well, and gives what it wrote to stdout.
    pub fn done(&self, arguments: &[&str]) -> String {
        let said = self.run(arguments);
        assert_eq!(said.code, 0, "{arguments:?}: {}", said.err);
        said.out
    }
}

const BINARY: &str = env!("CARGO_BIN_EXE_mammodex");

/// The folder of the binary, for `PATH`.
pub fn binary_folder() -> &'static Path {
    Path::new(BINARY).parent().unwrap()
}

/// The file with the key of pseudonyms of all tests that name none.
pub const KEY_FILE: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/pseudonym.key");

/// The binary without the settings of whoever runs the tests.
pub fn command() -> Command {
    without_settings(Command::new(BINARY))
}

/// The same started by another program, which takes the binary and its arguments after its own.
pub fn command_by(program: &str, arguments: &[&str]) -> Command {
    by(Command::new(program), arguments)
}

/// The same started by Python.
pub fn command_by_python(arguments: &[&str]) -> Command {
    by(python(), arguments)
}

fn by(mut program: Command, arguments: &[&str]) -> Command {
    program.args(arguments).arg(BINARY);
    without_settings(program)
}

/// Removes the settings of whoever runs the tests.
pub fn without_settings(mut command: Command) -> Command {
    let settings = ["MAMMODEX_CATALOG", "MAMMODEX_CONFIG", "MAMMODEX_LANG", "XDG_CONFIG_HOME"];
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"];
    for name in settings.into_iter().chain(locale) {
        command.env_remove(name);
    }
    command.env("NO_COLOR", "1").env("MAMMODEX_PSEUDONYM_KEY", KEY_FILE);
    command
}

/// The binary in a folder that is also its home.
pub fn mammodex(dir: &Path) -> Command {
    let mut command = command();
    command.current_dir(dir).env("HOME", dir).env("XDG_STATE_HOME", dir.join("state"));
    command
}

/// Runs the binary in a folder.
pub fn run_in(dir: &Path, arguments: &[&str], input: &str) -> Said {
    run(mammodex(dir).args(arguments), dir, input)
}

/// Runs a prepared command with something on standard input.
pub fn run(command: &mut Command, dir: &Path, input: &str) -> Said {
    use std::io::Write;
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    Said::of(&child.wait_with_output().unwrap(), dir)
}

/// Python: that of `MAMMODEX_PYTHON`, else `python3`.
pub fn python() -> Command {
    Command::new(std::env::var_os("MAMMODEX_PYTHON").unwrap_or_else(|| "python3".into()))
}
