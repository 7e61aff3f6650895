#!/usr/bin/env python3
"""Times what judges a data set (audit, checks, agreement, shortcuts, report) on 7,500 patients, malignant
ones with two readers, 30,000 images, as a table for docs/performance.md.

    bench/quality.py

Each figure is the median of several runs; memory is the largest resident set of any of them.
"""

import argparse
import shutil
import statistics
import subprocess

from timing import MAMMODEX, WORK, machine, measure

PATIENTS = 7500


def prepared():
    """Data set and catalog, written once."""
    data, catalog = WORK / f"{PATIENTS}-readers", WORK / f"{PATIENTS}-readers.catalog"
    if not (data / "README.md").exists():
        WORK.mkdir(parents=True, exist_ok=True)
        subprocess.run([MAMMODEX, "sample", data, "--patients", str(PATIENTS), "--pixels", "small",
                        "--readers", "2"],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if not (catalog / "current").exists():
        shutil.rmtree(catalog, ignore_errors=True)
        measure([MAMMODEX, "index", data, "--catalog", catalog])
        measure([MAMMODEX, "cohort", "create", "all", "--where", "true", "--catalog", catalog])
    return catalog


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    print(machine() + "\n")
    place = prepared()
    label = ("--label", "p.diagnosis = 'malignant'")
    print("| 30,000 images, two readers | wall | peak |\n|---|---|---|")
    page = WORK / "report.html"
    for name, command in (
        ("audit", ["audit"]),
        ("audit by vendor", ["audit", "--by-vendor"]),
        ("check", ["check", "--all"]),
        ("agreement, 1,000 resamples", ["agreement"]),
        ("agreement of every pair", ["agreement", "--pairs"]),
        ("shortcuts, 1,000 resamples", ["shortcuts", "all", *label]),
        ("report of the data set", ["report", "-o", page]),
    ):
        run = [MAMMODEX, *command, "--catalog", place]
        runs = [measure(run, lambda: page.unlink(missing_ok=True)) for _ in range(arguments.runs)]
        seconds, mib = statistics.median(r[0] for r in runs), max(r[1] for r in runs)
        print(f"| {name} | {seconds:.2f} s | {mib:.0f} MiB |", flush=True)


main()
