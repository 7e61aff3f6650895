#!/usr/bin/env python3
"""Times a stratified split and Table 1 of many patients, as tables for docs/performance.md.

    bench/split.py                   # 100,000 patients beside scikit-learn, then 1,000,000

The catalogs are one small sample many times over, each copy with case IDs, UIDs and paths of its own:
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

from timing import MAMMODEX, PYTHON, WORK, catalog, has_python, head, machine, measure, paired, row

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
    description = json.loads((target / "snapshot.json").read_text())
    for line in made.splitlines():
        table, rows = line.split()
        with open(target / f"{table}.parquet", "rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        description["tables"][table] = {"rows": int(rows), "sha256": sha256}
    description["id"] = 1
    (target / "snapshot.json").write_text(json.dumps(description, indent=2) + "\n")
    (place / "current").symlink_to("snapshots/000001")
    measure([MAMMODEX, "cohort", "create", "all", "--where", "true", "--catalog", place])
    return place


def split(place, *more):
    return [MAMMODEX, "split", "create", "bench", "--cohort", "all", "--force", "--catalog", place, "--seed", "1", *more]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    print(machine() + "\n")
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
