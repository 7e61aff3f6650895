#!/usr/bin/env python3
"""Times the commands that read a data set on storage that waits, as a table for docs/performance.md.

    bench/latency.py                 # 30,000 images, 2 ms for each open and each read
    bench/latency.py --wait 0.5

Only the data set waits; the catalog and temporary files lie on a local disk.

The ideal is what no program can beat: requests x wait / requests under way, and the processor time of the same run
without waiting. The last column is the wall time of the same command with one request per core, as before.
"""

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import time

from timing import MAMMODEX, WORK, machine, sample

UNDER_WAY = 256


def library():
    """The library that makes storage wait."""
    target = WORK / "slow.so"
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "slow.c")
    subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", target, source, "-ldl"], check=True)
    return target


def run(command, wait, before, preload, data):
    """Wall seconds, processor seconds, requests and the most of them that waited at a time."""
    before()
    report = WORK / "slow.txt"
    report.unlink(missing_ok=True)
    slow = {"LD_PRELOAD": str(preload), "SLOW_MICROSECONDS": str(int(wait * 1000)), "SLOW_REPORT": str(report),
            "SLOW_BELOW": os.path.realpath(data)}
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    code = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ | slow).returncode
    wall = time.perf_counter() - start
    if code not in (0, 1):
        raise SystemExit(f"{command} ended with {code}")
    now = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime
    most, requests = (int(number) for number in report.read_text().splitlines()[0].split())
    return wall, processor, requests, most


def row(name, command, wait, runs, preload, data, before=lambda: None, narrow=True):
    quick = [run(command, 0, before, preload, data) for _ in range(runs)]
    processor = statistics.median(r[0] for r in quick)
    slow = [run(command, wait, before, preload, data) for _ in range(runs)]
    wall, requests = statistics.median(r[0] for r in slow), slow[0][2]
    ideal = requests * wait / 1000 / UNDER_WAY + processor
    before_this = "-"
    if narrow:
        one_per_core = run([*command, "--requests", str(os.cpu_count())], wait, before, preload, data)[0]
        before_this = f"{one_per_core:.1f} s"
    print(f"| {name} | {requests:,} | {max(r[3] for r in slow)} | {processor:.2f} s | {wall:.2f} s | {ideal:.2f} s "
          f"| {wall / ideal:.2f} | {before_this} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--wait", type=float, default=2, help="milliseconds")
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    data, catalog, preload = sample(7500, "none"), WORK / "slow-catalog", library()
    fresh = lambda: shutil.rmtree(catalog, ignore_errors=True)
    print(machine() + "\n")
    print(f"| {arguments.wait:g} ms for each open and read | requests | at a time | without waiting | wall | ideal "
          "| ratio | one request per core |\n|---|---|---|---|---|---|---|---|")
    index = [MAMMODEX, "index", data, "--catalog", catalog]
    row("index of 30,000 images", index, arguments.wait, arguments.runs, preload, data, fresh)
    row("the same with hashes of pixels", [*index, "--hash-pixels"], arguments.wait, arguments.runs, preload, data, fresh,
        narrow=False)
    manifest = WORK / "slow.csv"
    cohort = [MAMMODEX, "--catalog", catalog, "cohort", "create", "everyone", "--where", "true", "--force"]
    subprocess.run(cohort, check=True, capture_output=True)
    create = [MAMMODEX, "--catalog", catalog, "manifest", "create", "everyone", "-o", manifest, "--force", "--sha256"]
    row("manifest with checksums", create, arguments.wait, arguments.runs, preload, data, narrow=False)
    verify = [MAMMODEX, "--catalog", catalog, "manifest", "verify", manifest]
    row("verify with checksums", verify, arguments.wait, arguments.runs, preload, data, narrow=False)


main()
