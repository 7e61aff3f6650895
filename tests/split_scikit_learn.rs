//! Splits beside scikit-learn's StratifiedGroupKFold on the same patients and strata.

use std::process::Stdio;

use crate::fixture::python;
use crate::split::with;

/// 500 patients more, of uneven strata.
const MORE: &str = "
INSERT INTO patients BY NAME SELECT printf('More_%05d', n) AS case_id,
  CASE WHEN hash(n) % 10 < 6 THEN 'normal' WHEN hash(n) % 10 < 8 THEN 'benign' ELSE 'malignant' END AS diagnosis,
  ['GE', 'GE', 'GE', 'HOLOGIC', 'HOLOGIC', 'SIEMENS', 'FUJI'][(hash(n + 7) % 7 + 1)::BIGINT] AS vendor,
  (35 + hash(n + 99) % 45)::SMALLINT AS age_years, (hash(n + 5) % 6)::SMALLINT AS birads_max,
  0 AS image_count FROM range(500) AS r(n);
";

/// The worst count of a value in a fold, ours and the peer's, in patients.
const COMPARE: &str = r"
import csv, sys, warnings, collections
import numpy as np
from sklearn.model_selection import StratifiedGroupKFold
warnings.simplefilter('ignore')
rows = list(csv.DictReader(open(sys.argv[1])))
columns = sys.argv[2].split(',')
joint = [tuple(row[c] for c in columns) for row in rows]
labels = [[','.join(key)] for key in joint] if sys.argv[3] == 'joint' else [
    [c + '=' + row[c] for c in columns] for row in rows]
_, codes = np.unique([','.join(key) for key in joint], return_inverse=True)
groups = np.arange(len(rows))
peer = np.zeros(len(rows), dtype=int)
folds = StratifiedGroupKFold(n_splits=5, shuffle=True, random_state=1)
for fold, (_, test) in enumerate(folds.split(codes, codes, groups)):
    peer[test] = fold
def worst(parts):
    counts, sizes = collections.Counter(), collections.Counter()
    for part, names in zip(parts, labels):
        for name in names + ['all']:
            counts[name, part] += 1
            sizes[name] += 1
    return max(abs(counts[name, part] - n / 5) for name, n in sizes.items() for part in range(5))
print(worst([int(row['split'][5:]) for row in rows]), worst(list(peer)))
";

#[test]
fn folds_are_balanced_at_least_as_well_as_the_peers() {
    let mut probe = python();
    probe.args(["-c", "import sklearn"]).stdout(Stdio::null()).stderr(Stdio::null());
    if !probe.status().is_ok_and(|status| status.success()) {
        eprintln!("skipped: this Python has no scikit-learn");
        return;
    }
    let fixture = with(MORE);
    // A value of fewer patients than folds is refused.
    fixture.done(&["cohort", "create", "common", "--where", "birads_max <> 6"]);
    for (columns, method, labels) in [
        ("diagnosis,vendor", "exact", "joint"),
        ("diagnosis,vendor,birads_max,age_years", "iterative", "single"),
    ] {
        let stratify = columns.replace("age_years", "age_years:10");
        fixture.done(&[
            "split",
            "create",
            "s",
            "--cohort",
            "common",
            "--folds",
            "5",
            "--stratify",
            &stratify,
            "--method",
            method,
            "--force",
        ]);
        let sql =
            "SELECT case_id, split, diagnosis, vendor, birads_max, age_years // 10 AS age_years
            FROM splits.s JOIN patients USING (case_id) ORDER BY case_id";
        fixture.done(&["query", sql, "--force", "-o", "s.csv"]);
        let said = python()
            .args(["-c", COMPARE, "s.csv", columns, labels])
            .current_dir(fixture.dir.path())
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&said.stdout).into_owned();
        let figures: Vec<f64> = text.split_whitespace().filter_map(|w| w.parse().ok()).collect();
        let [ours, peer] = figures.as_slice() else {
            panic!("{text}{}", String::from_utf8_lossy(&said.stderr))
        };
        assert!(ours <= peer, "{columns}: {ours} patients off, the peer {peer}");
    }
}
