#!/usr/bin/env python3
"""Times `mammodex query` beside the duckdb CLI on the same Parquet files, as a table.

    bench/sql.py                     # a catalog of 10,000,000 images
    bench/sql.py --images 100000     # a smaller one

The catalog is that of a sample, its rows repeated under new case IDs. The peer is the CLI's own
binary (PyPI: duckdb-cli); for the start also the command that this package installs, which is what
one types: a Python script that runs the binary.
"""

import argparse
import hashlib
import json
import os
import subprocess
import time
from pathlib import Path

from timing import MAMMODEX, WORK, catalog, duckdb_cli, duckdb_command, head, machine, paired, row, sealed

PATIENTS = 2500
ANALYTICAL = [
    "SELECT vendor, count(*) FROM images GROUP BY 1 ORDER BY 1",
    "SELECT view, laterality, count(*), avg(pixel_spacing_row_mm) FROM images GROUP BY ALL ORDER BY ALL",
    "SELECT model_family, median(kvp_kv) FROM images GROUP BY 1 ORDER BY 1",
    "SELECT count(DISTINCT case_id) FROM images WHERE is_standard_view",
    "SELECT diagnosis, count(*) FROM patients JOIN images USING (case_id) GROUP BY 1 ORDER BY 1",
    "SELECT t_stage, vendor, count(*) FROM patients WHERE t_stage IS NOT NULL GROUP BY ALL ORDER BY ALL",
    "SELECT case_id, count(*) AS n FROM images GROUP BY 1 ORDER BY n DESC, 1 LIMIT 10",
    "SELECT year(study_date) AS y, count(*) FROM images GROUP BY 1 ORDER BY 1",
    "SELECT quantile_cont(age_years, [0.25, 0.5, 0.75]) FROM patients",
    "SELECT vendor, max(rows * columns) FROM images WHERE case_id LIKE 'Cancer%' GROUP BY 1 ORDER BY 1",
]


def large(peer, images):
    """The catalog of that many images, made once."""
    place = WORK / f"sql-{images}.catalog"
    if (place / "current").exists():
        return place
    source = catalog(PATIENTS, "none") / "current"
    snapshot = place / "snapshots" / "000001"
    snapshot.mkdir(parents=True, exist_ok=True)
    description = json.loads((source / "snapshot.json").read_text())
    times = max(1, images // (PATIENTS * 4))
    for name in description["tables"]:
        many = times if name in ("patients", "images") else 1
        columns = "* EXCLUDE (k)" + (" REPLACE (case_id || '-' || k AS case_id)" if many > 1 else "")
        subprocess.run([peer, "-c", f"COPY (SELECT {columns} FROM range({many}) r(k), '{source}/{name}.parquet') "
                        f"TO '{snapshot}/{name}.parquet' (FORMAT parquet, COMPRESSION zstd)"], check=True)
        description["tables"][name]["rows"] *= many
        with open(snapshot / f"{name}.parquet", "rb") as file:
            description["tables"][name]["sha256"] = hashlib.file_digest(file, "sha256").hexdigest()
    (snapshot / "snapshot.json").write_text(sealed(description))
    os.symlink("snapshots/000001", place / "current")
    return place


def first_row(command):
    """Seconds until the first byte of the answer."""
    start = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    child.stdout.read(1)
    seconds = time.perf_counter() - start
    child.kill()
    child.wait()
    return seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, default=10_000_000)
    parser.add_argument("--runs", type=int, default=9)
    arguments = parser.parse_args()
    peer = duckdb_cli()
    place = large(peer, arguments.images)
    views = "".join(f"CREATE VIEW {t} AS FROM '{place}/current/{t}.parquet'; " for t in ("patients", "images"))
    ask = lambda sql, *options: [MAMMODEX, "query", "--catalog", place, *options, sql]
    print(machine() + "\n")
    head(f"query, {arguments.images:,} images; the duckdb CLI")
    if typed := duckdb_command():
        row("SELECT 1; `duckdb` as PyPI installs it",
            paired(ask("SELECT 1"), [typed, "-c", "SELECT 1"], 3 * arguments.runs), "1.00")
    row("SELECT 1; its binary alone",
        paired(ask("SELECT 1"), [peer, "-no-stdin", "-c", "SELECT 1"], 3 * arguments.runs))
    for sql in ANALYTICAL:
        row(f"`{sql[:60]}`", paired(ask(sql), [peer, "-c", views + sql], arguments.runs), "1.10")
    rows = f"SELECT * FROM images LIMIT {min(1_000_000, arguments.images)}"
    for name, option in (("csv", "-csv"), ("json", "-json")):
        ours = ask(rows, "--format", name)
        row(f"{name} of 1,000,000 rows", paired(ours, [peer, option, "-c", views + rows], 3), "1.00")
    sql = "SELECT case_id, path FROM images"
    ours = min(first_row(ask(sql, "--format", "csv")) for _ in range(arguments.runs))
    theirs = min(first_row([peer, "-csv", "-c", views + sql]) for _ in range(arguments.runs))
    print(f"\nFirst row: {ours * 1000:.0f} ms, the CLI {theirs * 1000:.0f} ms; wanted within 100 ms of its.")


main()
