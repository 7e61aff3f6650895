#!/usr/bin/env python3
"""Times the indexer beside its peers on a synthetic data set, as tables for docs/performance.md.

    bench/index.py                   # 7,500 patients, 30,000 images
    bench/index.py --scale           # 10,000 to 1,000,000 images, headers only

Each figure is the median of several runs; the peer's run stands next to each of ours, so that what
else the machine does meets both. Memory is the peak resident set of the process. Peers that are not
installed are left out: gdcmscanner (Debian: libgdcm-tools), pydicom (PyPI).
"""

import argparse
import shutil
import statistics
import subprocess
import sys

from timing import (MAMMODEX, PYTHON, WORK, has_python, head, large_sample, machine, measure, paired, row,
                    sample)

PYDICOM = """
import os, sys, pydicom
tags = ["PatientID", "Manufacturer", "ViewPosition", "Rows"]
for folder, _, names in os.walk(sys.argv[1]):
    for name in names:
        if name.endswith(".dcm"):
            ds = pydicom.dcmread(os.path.join(folder, name), stop_before_pixels=True, specific_tags=tags)
"""

WALK = """
import os, sys
def walk(folder):
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(): walk(entry.path)
            else: entry.stat()
walk(sys.argv[1])
"""


def bytes_read(command):
    """Bytes that the process asks the system for below the data set, by strace; none without it."""
    if not shutil.which("strace"):
        return None
    log = WORK / "strace.log"
    subprocess.run(["strace", "-f", "-qq", "-y", "-e", "trace=pread64,read", "-o", log, *command],
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    total = 0
    for line in log.read_text(errors="replace").splitlines():
        if ".dcm>" in line and line.rsplit("=", 1)[-1].strip().isdigit():
            total += int(line.rsplit("=", 1)[-1])
    return total


def full(runs):
    head("index of 30,000 images")
    of_size("of 9 to 34 MB", large_sample(7500), runs)
    of_size("of 40 kB", sample(7500, "small"), runs)


def of_size(size, data, runs):
    catalog = WORK / "catalog"
    fresh = lambda: shutil.rmtree(catalog, ignore_errors=True)
    index = [MAMMODEX, "index", data, "--catalog", catalog]
    measure(index, fresh)  # warms the file cache
    if shutil.which("gdcmscanner"):
        tags = [a for tag in ("10,20", "8,70", "18,5101", "28,10") for a in ("-t", tag)]
        peer = ["gdcmscanner", "-d", data, "-r", *tags]
        row(f"{size}; gdcmscanner, four tags", paired(index, peer, runs, fresh), "0.40")
    if has_python("pydicom"):
        row(f"{size}; pydicom, four tags", paired(index, [PYTHON, "-c", PYDICOM, data], max(1, runs // 4), fresh))
    measure(index, fresh)
    walk = [sys.executable, "-c", WALK, data]
    again = paired(index, walk, runs)
    row(f"{size}; a walk with stat; nothing changed", again, "walk + 0.25 s")
    fresh()
    read = bytes_read(index)
    if read:
        print(f"\nBytes read of the 30,000 DICOM files {size}: {read / 30000 / 1024:.1f} KiB each.\n")


def scale():
    print("| images | patients | wall | peak | µs an image |\n|---|---|---|---|---|")
    for patients in (2500, 7500, 25000, 75000, 250000):
        data, catalog = sample(patients, "none"), WORK / "catalog"
        command = [MAMMODEX, "index", data, "--catalog", catalog]
        runs = [measure(command, lambda: shutil.rmtree(catalog, ignore_errors=True)) for _ in range(3)]
        seconds, mib = statistics.median(r[0] for r in runs), max(r[1] for r in runs)
        images = patients * 4
        print(f"| {images:,} | {patients:,} | {seconds:.2f} s | {mib:.0f} MiB | {seconds / images * 1e6:.0f} |",
              flush=True)
        if patients > 7500:
            shutil.rmtree(data)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scale", action="store_true", help="10,000 to 1,000,000 images")
    parser.add_argument("--runs", type=int, default=9)
    arguments = parser.parse_args()
    print(machine() + "\n")
    scale() if arguments.scale else full(arguments.runs)


main()
