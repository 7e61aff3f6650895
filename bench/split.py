#!/usr/bin/env python3
"""Times a stratified split and Table 1 of many patients, as tables for docs/performance.md.

    bench/split.py                   # 100,000 patients beside scikit-learn, then 1,000,000

Then the balance of five folds of 7,500 and of 1,500 synthetic patients by vendor, T, histology and BI-RADS, on
eight seeds: the largest deviation of a combination and of a single value, beside StratifiedGroupKFold and the
MultilabelStratifiedKFold of iterative-stratification (PyPI), each left out where it is not installed.

The catalogs of the times are one small sample many times over, each copy with case IDs, UIDs and paths of its own:
every patient has her four images, which the search for shared images reads. The peer is scikit-learn's
StratifiedGroupKFold (PyPI) with the patient as group, on the same Parquet file and the same strata; it
is left out where it, pandas or pyarrow are not installed. The catalogs need DuckDB for Python.
"""

import argparse
import hashlib
import json
import shutil
import statistics
import subprocess
import sys

from timing import MAMMODEX, PYTHON, WORK, catalog, has_python, head, machine, measure, paired, row, sealed

SAMPLE = 2500

GROW = """
import sys, duckdb
source, target, times = sys.argv[1], sys.argv[2], int(sys.argv[3])
db = duckdb.connect()
db.execute("SET preserve_insertion_order = false; SET threads = 2; SET enable_progress_bar = false")
fresh = {
    "patients": "case_id || '_' || k AS case_id",
    "images": "case_id || '_' || k AS case_id, k || '/' || path AS path,"
              "sop_instance_uid || '.' || k AS sop_instance_uid,"
              "md5(header_fingerprint || k) AS header_fingerprint",
}
for table, columns in fresh.items():
    db.execute(f"COPY (SELECT * REPLACE ({columns}) FROM '{source}/{table}.parquet', range({times}) AS r(k)"
               f" ORDER BY k) TO '{target}/{table}.parquet' (FORMAT parquet, COMPRESSION zstd)")
    print(table, db.execute(f"SELECT count(*) FROM '{target}/{table}.parquet'").fetchone()[0])
"""

PEER = """
import sys, pandas as pd
from sklearn.model_selection import StratifiedGroupKFold
people = pd.read_parquet(sys.argv[1], columns=["case_id", "diagnosis", "vendor"])
strata = people["diagnosis"].astype(str) + people["vendor"].astype(str)
fold = pd.Series(-1, index=people.index)
folds = StratifiedGroupKFold(n_splits=5, shuffle=True, random_state=1)
for number, (_, test) in enumerate(folds.split(people, strata, groups=people["case_id"])):
    fold.iloc[test] = number
people.assign(split=fold, stratum=strata).to_parquet(sys.argv[2])
"""


BALANCE = """
import collections, sys, warnings
import duckdb, numpy as np
warnings.simplefilter("ignore")
rows = duckdb.sql(f"SELECT * FROM read_parquet('{sys.argv[1]}') ORDER BY case_id").df()
columns = ["vendor", "t_stage", "histology_group", "birads_max"]
texts = [rows[column].astype(str) for column in columns]
joint = ["|".join(values) for values in zip(*texts)]
seed = int(sys.argv[2])
def report(name, folds):
    def worst(labels):
        sizes, counts = collections.Counter(labels), collections.Counter(zip(labels, folds))
        return max(abs(counts[label, fold] - size / 5) for label, size in sizes.items() for fold in range(5))
    print(name, worst(joint), max(worst(list(values)) for values in texts))
report("exact", [int(name[5:]) for name in rows["split"]])
def folds(splitter, labels, groups=()):
    fold = np.zeros(len(rows), dtype=int)
    for number, (_, test) in enumerate(splitter.split(np.zeros(len(rows)), labels, *groups)):
        fold[test] = number
    return fold
try:
    from sklearn.model_selection import StratifiedGroupKFold
    codes = np.unique(joint, return_inverse=True)[1]
    splitter = StratifiedGroupKFold(n_splits=5, shuffle=True, random_state=seed)
    report("StratifiedGroupKFold", folds(splitter, codes, (np.arange(len(rows)),)))
except ImportError:
    pass
try:
    from iterstrat.ml_stratifiers import MultilabelStratifiedKFold
    values = [np.unique(text, return_inverse=True)[1] for text in texts]
    onehot = np.concatenate([np.eye(code.max() + 1, dtype=int)[code] for code in values], axis=1)
    splitter = MultilabelStratifiedKFold(n_splits=5, shuffle=True, random_state=seed)
    report("MultilabelStratifiedKFold", folds(splitter, onehot))
except ImportError:
    pass
"""

CLINICAL = """
import sys, duckdb
target, count = sys.argv[1], int(sys.argv[2])
def draw(column, salt, shares):
    values = [value for value, share in shares for _ in range(share)]
    return f"{values}[(hash(n * 7919 + {salt}) % {len(values)} + 1)::BIGINT] AS {column}"
columns = [
    draw("vendor", 1, [("GE", 40), ("Hologic", 38), ("Siemens", 15), ("Fujifilm", 7)]),
    draw("t_stage", 2, [(1, 60), (2, 15), (0, 14), (3, 6), (4, 5)]),
    draw("histology_group", 3, [("IDC", 55), ("DCIS", 20), ("ILC", 10), ("mucinous", 9), ("other", 6)]),
    draw("birads_max", 4, [(4, 30), (5, 25), (2, 15), (1, 15), (3, 10), (0, 5)]),
]
db = duckdb.connect()
db.execute(f"CREATE TABLE p AS FROM '{target}' LIMIT 0")
db.execute(f"INSERT INTO p BY NAME SELECT printf('C_%06d', n) AS case_id, {', '.join(columns)} FROM range({count}) AS r(n)")
db.execute(f"COPY (FROM p ORDER BY case_id) TO '{target}' (FORMAT parquet)")
"""


def described(place, tables):
    """Writes rows and checksums of changed tables into a catalog's description."""
    path = place / "snapshots" / "000001" / "snapshot.json"
    description = json.loads(path.read_text())
    for table, rows in tables:
        with open(path.parent / f"{table}.parquet", "rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        description["tables"][table] = {"rows": rows, "sha256": sha256}
    description["id"] = 1
    path.chmod(0o644)
    path.write_text(sealed(description))


def clinical(patients):
    """A catalog of patients with random clinical columns and no images, made once."""
    place = WORK / f"{patients}-clinical.catalog"
    if (place / "current").exists():
        return place
    shutil.rmtree(place, ignore_errors=True)
    target = place / "snapshots" / "000001"
    shutil.copytree(catalog(SAMPLE, "none") / "current", target)
    table = target / "patients.parquet"
    table.chmod(0o644)
    target.chmod(0o755)
    subprocess.run([PYTHON, "-c", CLINICAL, table, str(patients)], check=True)
    described(place, [("patients", patients)])
    (place / "current").symlink_to("snapshots/000001")
    measure([MAMMODEX, "cohort", "create", "all", "--where", "true", "--catalog", place])
    return place


def balance(patients):
    """The largest deviations over eight seeds, in patients: ours, and those of the peers."""
    place = clinical(patients)
    worst = {}
    for seed in range(8):
        strata = ("--stratify", "vendor,t_stage,histology_group,birads_max", "--method", "exact")
        measure([*split(place, "--folds", "5", *strata), "--seed", str(seed)])
        folds = WORK / "folds.parquet"
        query = "SELECT case_id, split, vendor, t_stage, histology_group, birads_max FROM splits.bench JOIN patients USING (case_id)"
        subprocess.run([MAMMODEX, "query", query, "-o", folds, "--force", "--catalog", place], check=True, capture_output=True)
        lines = subprocess.run([PYTHON, "-c", BALANCE, folds, str(seed)], check=True, capture_output=True, text=True)
        for line in lines.stdout.splitlines():
            name, joint, single = line.split()
            before = worst.get(name, (0.0, 0.0))
            worst[name] = (max(before[0], float(joint)), max(before[1], float(single)))
    for name, (joint, single) in worst.items():
        print(f"| {patients:,} | {name} | {joint:.1f} | {single:.1f} |", flush=True)


def grown(patients):
    """A catalog of so many patients, made once."""
    place = WORK / f"{patients}-grown.catalog"
    if (place / "current").exists():
        return place
    shutil.rmtree(place, ignore_errors=True)
    source, target = catalog(SAMPLE, "none") / "current", place / "snapshots" / "000001"
    shutil.copytree(source, target)
    made = subprocess.run([PYTHON, "-c", GROW, source, target, str(patients // SAMPLE)],
                          check=True, capture_output=True, text=True).stdout
    described(place, [(line.split()[0], int(line.split()[1])) for line in made.splitlines()])
    (place / "current").symlink_to("snapshots/000001")
    measure([MAMMODEX, "cohort", "create", "all", "--where", "true", "--catalog", place])
    return place


def split(place, *more):
    return [MAMMODEX, "split", "create", "bench", "--cohort", "all", "--force", "--catalog", place, *more]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    print(machine() + "\n")
    print("| patients | five folds by | off per combination | off per value |\n|---|---|---|---|")
    for patients in (1_500, 7_500):
        balance(patients)
    strata = ("--stratify", "diagnosis,vendor")
    if all(has_python(module) for module in ("sklearn", "pandas", "pyarrow")):
        place = grown(100_000)
        peer = [PYTHON, "-c", PEER, place / "current" / "patients.parquet", WORK / "peer.parquet"]
        head("five folds of 100,000 patients")
        ours = split(place, "--folds", "5", *strata)
        row("StratifiedGroupKFold", paired(ours, peer, max(1, arguments.runs // 2)))
    else:
        print("scikit-learn, pandas or pyarrow are missing: no peer", file=sys.stderr)
    place = grown(1_000_000)
    ratios = ("--ratios", "train=0.7,val=0.1,test=0.2")
    print("\n| 1,000,000 patients, 4,000,000 images | wall | peak | wanted |\n|---|---|---|---|")
    for name, command, wanted in (
        ("exact, diagnosis and vendor", split(place, *ratios, *strata), "5 s, 1 GiB"),
        ("iterative, five columns", split(place, *ratios, "--method", "iterative", "--stratify",
                                          "diagnosis,vendor,age_years:10,birads_max,t_stage"), "5 s, 1 GiB"),
        ("five folds", split(place, "--folds", "5", *strata), "5 s, 1 GiB"),
        ("table1 by diagnosis", [MAMMODEX, "table1", "all", "--by", "diagnosis", "--catalog", place], ""),
    ):
        runs = [measure(command) for _ in range(arguments.runs)]
        seconds, mib = statistics.median(r[0] for r in runs), max(r[1] for r in runs)
        print(f"| {name} | {seconds:.2f} s | {mib:.0f} MiB | {wanted} |", flush=True)


main()
