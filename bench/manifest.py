#!/usr/bin/env python3
"""Times the manifest of 30,000 images beside the DuckDB CLI's COPY of the same join.

    bench/manifest.py                # 7,500 patients, 30,000 images, headers only

The peer joins the split's file with patients and images, sorts and writes a CSV; ours looks at every
file besides, counts, and writes the account. The DuckDB CLI is PyPI's duckdb-cli of the Python named
in MAMMODEX_PYTHON, or `duckdb` on the path.
"""

import argparse
import subprocess

from timing import MAMMODEX, WORK, catalog, duckdb_cli, head, machine, measure, paired, row

SPLIT = ["--ratios", "train=0.7,val=0.1,test=0.2", "--stratify", "diagnosis", "--seed", "42"]


def copy(place, output):
    """The join of the same rows as one statement."""
    read = lambda name: f"read_parquet('{place}/{name}.parquet')"
    rows = max((place / "splits").glob("bench.*.parquet"), key=lambda path: path.stat().st_mtime)
    return f"""COPY (
        SELECT m.split, p.case_id, p.diagnosis, i.view, i.laterality, i.path, i.sop_instance_uid
        FROM read_parquet('{rows}') AS m JOIN {read('current/patients')} AS p USING (case_id)
        JOIN {read('current/images')} AS i USING (case_id)
        WHERE p.discarded IS NOT TRUE
        ORDER BY list_position(['train', 'val', 'test'], m.split), p.case_id, i.path
    ) TO '{output}' (FORMAT csv)"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=15)
    arguments = parser.parse_args()
    duckdb = duckdb_cli()
    place = catalog(7500, "none")
    ours = lambda *words: [MAMMODEX, *words, "--catalog", place]
    for command in (ours("cohort", "create", "bench", "--where", "true", "--force"),
                    ours("split", "create", "bench", "--cohort", "bench", "--force", *SPLIT)):
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    output = WORK / "manifest.csv"
    manifest = ours("manifest", "create", "bench", "-o", output, "--force")
    peer = [duckdb, "-no-stdin", "-c", copy(place, WORK / "copy.csv")]
    measure(manifest)  # warms the file cache
    measure(peer)
    same = sorted(output.read_text().splitlines()) == sorted((WORK / "copy.csv").read_text().splitlines())
    if not same:
        raise SystemExit("the two do not give the same rows")
    print(machine() + "\n")
    head("manifest of 30,000 images")
    row("DuckDB CLI, COPY of the join", paired(manifest, peer, arguments.runs), "1.50")
    sums = measure(ours("manifest", "create", "bench", "-o", WORK / "sums.csv", "--sha256", "--force"))[0]
    again = measure(ours("verify", output))[0]
    print(f"\nWith the sum of every file: {sums:.2f} s. `verify`: {again:.2f} s.")


main()
