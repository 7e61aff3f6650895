"""What every bench shares: runs timed as whole processes, ours and the peer's in turn."""

import hashlib
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
MAMMODEX = TARGET / "release" / "mammodex"
WORK = Path(os.environ.get("MAMMODEX_BENCH_DIR", Path(tempfile.gettempdir()) / "mammodex-bench"))
PYTHON = os.environ.get("MAMMODEX_PYTHON", sys.executable)


def machine():
    """The line that every table of figures stands under."""
    return f"{os.cpu_count()} cores, {platform.machine()}, Linux {platform.release().split('-')[0]}"


def has_python(module):
    """Whether the Python for peers has a module."""
    return subprocess.run([PYTHON, "-c", f"import {module}"], capture_output=True).returncode == 0


def sealed(description):
    """The text of a snapshot's description with the checksum of its other fields."""
    fields = {key: value for key, value in description.items() if key != "checksum"}
    fields["tables"] = dict(sorted(fields["tables"].items()))
    compact = json.dumps(fields, separators=(",", ":"), ensure_ascii=False)
    fields["checksum"] = hashlib.sha256(compact.encode()).hexdigest()
    return json.dumps(fields, indent=2, ensure_ascii=False) + "\n"


def duckdb_cli():
    """The DuckDB CLI's own binary: PyPI's duckdb-cli starts it from a Python script."""
    place = "import duckdb_cli; print(duckdb_cli.__path__[0])"
    found = subprocess.run([PYTHON, "-c", place], capture_output=True, text=True)
    if found.returncode == 0:
        return str(Path(found.stdout.strip()) / "duckdb")
    if beside := shutil.which("duckdb"):
        return beside
    raise SystemExit("the DuckDB CLI is not there: pip install duckdb-cli")


def duckdb_command():
    """The `duckdb` command beside that Python, when PyPI's duckdb-cli installed one."""
    beside = Path(PYTHON).with_name("duckdb")
    return str(beside) if beside.exists() else None


def measure(command, before=None, codes=(0, 1)):
    """Wall seconds and peak MiB of one run."""
    if before:
        before()
    start = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in codes:
        raise SystemExit(f"{command[0]} ended with {child.returncode}: {' '.join(map(str, command))}")
    return seconds, usage.ru_maxrss / 1024


def paired(ours, peer, runs, before=None, before_peer=None):
    """Median seconds and memory of ours and of the peer, run in turn, and the median ratio."""
    pairs = []
    for _ in range(runs):
        pairs.append((measure(ours, before), measure(peer, before_peer)))
    mid = lambda pick: statistics.median(pick(pair) for pair in pairs)
    return {
        "ours_s": mid(lambda p: p[0][0]), "ours_mib": mid(lambda p: p[0][1]),
        "peer_s": mid(lambda p: p[1][0]), "peer_mib": mid(lambda p: p[1][1]),
        "ratio": mid(lambda p: p[0][0] / p[1][0]),
    }


def sample(patients, pixels):
    """The synthetic data set of that size, written once."""
    place = WORK / f"{patients}-{pixels}"
    if not (place / "README.md").exists():
        WORK.mkdir(parents=True, exist_ok=True)
        subprocess.run([MAMMODEX, "sample", place, "--patients", str(patients), "--pixels", pixels],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return place


def large_sample(patients):
    """The same with pixels of the device's own size, 9 to 34 MB an image, all of them a hole on disk."""
    place = WORK / f"{patients}-device"
    if not (place / "README.md").exists():
        shutil.copytree(sample(patients, "none"), WORK / "part", dirs_exist_ok=True)
        for image in (WORK / "part").rglob("*.dcm"):
            add_pixels(image)
        (WORK / "part").rename(place)
    return place


def add_pixels(image):
    """Ends a header in explicit VR little endian with Pixel Data of 16 bits, whose bytes are a hole."""
    header = image.read_bytes()
    rows, columns = (int.from_bytes(header.split(b"\x28\0" + tag + b"\0US\2\0", 1)[1][:2], "little")
                     for tag in (b"\x10", b"\x11"))
    length = rows * columns * 2
    image.write_bytes(header + b"\xe0\x7f\x10\0OW\0\0" + length.to_bytes(4, "little"))
    os.truncate(image, len(header) + 12 + length)


def catalog(patients, pixels):
    """The catalog of that sample, indexed once."""
    place = WORK / f"{patients}-{pixels}.catalog"
    if not (place / "current").exists():
        shutil.rmtree(place, ignore_errors=True)
        measure([MAMMODEX, "index", sample(patients, pixels), "--catalog", place])
    return place


def head(title):
    """The head of a table of ratios."""
    print(f"| {title} | mammodex | peak | peer | peer's peak | ratio | wanted |\n|---|---|---|---|---|---|---|")


def row(name, r, target=""):
    """One row of it."""
    digits = 3 if min(r["ours_s"], r["peer_s"]) < 0.5 else 2
    print(f"| {name} | {r['ours_s']:.{digits}f} s | {r['ours_mib']:.0f} MiB | {r['peer_s']:.{digits}f} s | "
          f"{r['peer_mib']:.0f} MiB | **{r['ratio']:.2f}** | {target} |", flush=True)
