#!/usr/bin/env python3
"""Scans of many machines against a store with S3's latency and limits, beside peers, and the memory of linking.

    bench/scale.py                  # a store on loopback: 100 ms for each GET, 5,500 GET a second and prefix
    bench/scale.py --link 1000000   # linking of so many synthetic images, in ten shards

bench/store.c is the store: every key is the same image. Shards are processes of `mammodex scan` beside each other, as on several
machines, but here they share the processors with the store. So the growth over prefixes is measured with a tenth of S3's limit,
which these processors reach, and with S3's own as far as they go.
"""

import argparse
import csv
import hashlib
import json
import os
import resource
import shutil
import socket
import selectors
import subprocess
import time
from pathlib import Path

from timing import MAMMODEX, PYTHON, WORK, has_python, machine, sample

LATENCY_MS = 100
S3_LIMIT = 5500
HERE = Path(__file__).resolve().parent


class Store:
    """The store of bench/store.c, while a `with` lasts."""

    def __init__(self, limit):
        program = WORK / "store"
        if not program.exists() or program.stat().st_mtime < (HERE / "store.c").stat().st_mtime:
            subprocess.run(["cc", "-O2", "-o", program, HERE / "store.c"], check=True)
        self.image = next(sample(60, "small").rglob("*.dcm"))
        self.line = [program, self.image, str(LATENCY_MS), str(limit)]

    def __enter__(self):
        self.process = subprocess.Popen(self.line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())
        return self

    def __exit__(self, *_):
        self.answered, self.refused = map(int, self.process.communicate()[0].split())

    def environment(self):
        return os.environ | {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.port}", "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "secret", "S3_ENDPOINT_URL": f"http://127.0.0.1:{self.port}", "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1",
        }


def keys(prefix, shard, files):
    """The keys of a shard's files, four a case."""
    return [f"{prefix}/{shard}-{number // 4:06}/{number % 4}.dcm" for number in range(files)]


def inventory(path, names, size):
    """A list that says what a listing says, so that nothing is looked up."""
    with open(path, "w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["key", "size", "etag", "last_modified"])
        rows.writerows([name, size, "object", "2023-11-14T22:13:20Z"] for name in names)
    return path


def processor_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def scans(limit, prefixes, shards, files, requests):
    """Wall seconds, processor seconds and refused requests of so many scans at a time, each of so many files."""
    folder = WORK / "scale"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with Store(limit) as store:
        size = store.image.stat().st_size
        lists = [inventory(folder / f"{shard}.csv", keys(f"p{shard % prefixes}", shard, files), size) for shard in range(shards)]
        used, start = processor_seconds(), time.perf_counter()
        lines = [
            [MAMMODEX, "scan", f"s3://bench/p{shard % prefixes}", "--profile", "ncc", "--files-from", lists[shard],
             "--into", folder / f"shard-{shard}", "--requests", str(requests)]
            for shard in range(shards)
        ]  # fmt: skip
        running = [subprocess.Popen(line, env=store.environment(), stderr=subprocess.PIPE, text=True) for line in lines]
        for process in running:
            said = process.communicate()[1]
            if process.returncode:
                raise SystemExit(said)
        seconds, processor = time.perf_counter() - start, processor_seconds() - used
    return seconds, processor, store.refused


def plain_loop(port, names, connections=256):
    """Wall seconds of a loop that does nothing but ranged GETs over as many connections: the floor."""
    selector, waiting, done, start = selectors.DefaultSelector(), list(names), 0, time.perf_counter()

    def request(connection):
        text = f"GET /bench/{waiting.pop()} HTTP/1.1\r\nHost: 127.0.0.1\r\nRange: bytes=0-16383\r\n\r\n"
        connection.send(text.encode())
        return [b"", None]

    for _ in range(min(connections, len(waiting))):
        connection = socket.create_connection(("127.0.0.1", port))
        selector.register(connection, selectors.EVENT_READ, request(connection))
    while done < len(names):
        for key, _ in selector.select():
            answer = key.data
            answer[0] += key.fileobj.recv(1 << 16)
            head, blank, body = answer[0].partition(b"\r\n\r\n")
            if blank and answer[1] is None:
                answer[1] = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            if blank and len(body) >= answer[1]:
                done += 1
                if waiting:
                    selector.modify(key.fileobj, selectors.EVENT_READ, request(key.fileobj))
                else:
                    selector.unregister(key.fileobj)
                    key.fileobj.close()
    return time.perf_counter() - start


PYDICOM = """
import sys
from concurrent.futures import ThreadPoolExecutor
import pydicom, s3fs
files = s3fs.S3FileSystem(default_block_size=16384)
def read(name):
    with files.open("bench/" + name, cache_type="readahead") as file:
        return pydicom.dcmread(file, stop_before_pixels=True).Rows
with ThreadPoolExecutor(64) as pool:
    print(len(list(pool.map(read, sys.stdin.read().split()))))
"""


def peers(files):
    """Rates of the peers, each a row."""
    print(f"\n| {files:,} headers, one prefix, no limit | wall | headers a second | processor time a header |\n|---|---|---|---|")

    def row(name, many, seconds, processor):
        print(f"| {name} | {seconds:.1f} s | {many / seconds:,.0f} | {processor / many * 1e6:.0f} µs |", flush=True)

    names = keys("p0", 0, files)
    seconds, processor, _ = scans(0, 1, 1, files, 256)
    row("mammodex scan", files, seconds, processor)
    with Store(0) as store:
        used = time.process_time()
        row("loop of ranged GETs in Python, 256 connections, nothing parsed", files, plain_loop(store.port, names),
            time.process_time() - used)
    few = names[: files // 10]
    if program := shutil.which("s5cmd", path=f"{Path(PYTHON).parent}:{os.environ['PATH']}"):
        with Store(0) as store:
            used, start = processor_seconds(), time.perf_counter()
            commands = "".join(f"cat s3://bench/{name}\n" for name in few)
            done = subprocess.run([program, "--numworkers", "256", "run"], input=commands, capture_output=True,
                                  text=True, errors="replace", env=store.environment())
            seconds = time.perf_counter() - start
        name = f"s5cmd, whole objects of {store.image.stat().st_size // 1024} KiB, of a tenth of the files"
        row(name if done.returncode == 0 else f"s5cmd failed: {done.stderr[:80]!r}", len(few), seconds, processor_seconds() - used)
    if has_python("s3fs") and has_python("pydicom"):
        with Store(0) as store:
            used, start = processor_seconds(), time.perf_counter()
            subprocess.run([PYTHON, "-c", PYDICOM], input="\n".join(few), check=True, text=True, stdout=subprocess.DEVNULL,
                           env=store.environment())
            row("pydicom on s3fs, 64 threads, of a tenth of the files", len(few), time.perf_counter() - start,
                processor_seconds() - used)


def growth(files):
    """The table of growth over prefixes and shards."""
    print("| GET a second and prefix | prefixes | shards | headers | wall | headers a second | of the limit | refused | "
          "processor time a header |\n|---|---|---|---|---|---|---|---|---|")  # fmt: skip
    tenth = S3_LIMIT // 10
    for limit, prefixes, shards in [(tenth, 1, 1), (tenth, 1, 2), (tenth, 2, 2), (tenth, 4, 4),
                                    (S3_LIMIT, 1, 1), (S3_LIMIT, 1, 2), (S3_LIMIT, 1, 4)]:  # fmt: skip
        each = files if limit == tenth and shards == prefixes else files // shards if limit == tenth else files
        seconds, processor, refused = scans(limit, prefixes, shards, each, 256)
        many = each * shards
        print(f"| {limit:,} | {prefixes} | {shards} | {many:,} | {seconds:.1f} s | {many / seconds:,.0f} | "
              f"{many / seconds / limit / prefixes:.0%} | {refused:,} | {processor / many * 1e6:.0f} µs |", flush=True)


LINK = """
import hashlib, json, sys
from pathlib import Path
import pyarrow as pa, pyarrow.compute as pc, pyarrow.parquet as pq
template, into, first, count = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
into.mkdir(parents=True)
def texts(form):
    return [form.format(case=number // 4, number=number) for number in range(first, first + count)]
path = texts("dcm/Uncompressed/Normal/Normal_{case:07}/{number:09}.dcm")
values = {"path": path, "case_id": texts("Normal_{case:07}"), "sop_instance_uid": texts("1.2.3.4.{number}"),
          "series_instance_uid": texts("1.2.3.5.{number}"), "study_instance_uid": texts("1.2.3.6.{case}"),
          "header_fingerprint": [hashlib.sha256(str(number).encode()).hexdigest() for number in range(first, first + count)]}
rows = pa.array([number % 4 for number in range(count)])
for table in ("images", "sources"):
    source = pq.read_table(template / f"{table}.parquet").slice(0, 4)
    whole = source.take(rows)
    for name in values:
        if name in whole.column_names:
            place = whole.column_names.index(name)
            width = source.column(name)[0].as_py()
            cells = [cell[: len(width)] for cell in values[name]] if name == "header_fingerprint" else values[name]
            whole = whole.set_column(place, whole.schema.field(place), pa.array(cells, whole.schema.field(place).type))
    pq.write_table(whole, into / f"{table}.parquet", compression="zstd", row_group_size=65536)
(into / "issues.parquet").write_bytes((template / "issues.parquet").read_bytes())
shard = json.loads((template / "shard.json").read_text())
for table, facts in shard["tables"].items():
    facts["rows"] = count if table != "issues" else facts["rows"]
    facts["sha256"] = hashlib.sha256((into / f"{table}.parquet").read_bytes()).hexdigest()
shard["checksum"] = ""
compact = json.dumps(shard, separators=(",", ":"), ensure_ascii=False)
shard["checksum"] = hashlib.sha256(compact.encode()).hexdigest()
(into / "shard.json").write_text(json.dumps(shard, indent=2))
"""


def link(images, shards=10):
    """Time and memory of linking synthetic images whose shards are written here: no store is contacted."""
    folder = WORK / "link"
    shutil.rmtree(folder, ignore_errors=True)
    scans(0, 1, 1, 4, 4)  # A shard of four images is the pattern of the rows.
    template = WORK / "scale" / "shard-0"
    each = images // shards
    for shard in range(shards):
        line = [PYTHON, "-c", LINK, template, folder / "shards" / f"{shard:05}", str(shard * each), str(each)]
        subprocess.run(line, check=True)
    size = Store(0).image.stat().st_size
    names = [f"p0/dcm/Uncompressed/Normal/Normal_{n // 4:07}/{n:09}.dcm" for n in range(images)]
    listed = inventory(folder / "keys.csv", names, size)
    environment = os.environ | {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_SKIP_SIGNATURE": "true", "AWS_REGION": "us-east-1"}
    line = [MAMMODEX, "link", "s3://bench/p0", folder / "shards", "--files-from", listed, "--catalog", folder / "catalog"]
    start = time.perf_counter()
    child = subprocess.Popen(line, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    said = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        raise SystemExit(said)
    rows = json.loads((folder / "catalog" / "current" / "snapshot.json").read_text())["tables"]["images"]["rows"]
    assert rows == images, said
    print(f"| {images:,} | {shards} | {time.perf_counter() - start:.1f} s | {usage.ru_utime + usage.ru_stime:.1f} s "
          f"| {usage.ru_maxrss / 1024:.0f} MiB |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=20_000, help="headers of a scan")
    parser.add_argument("--link", type=int, metavar="IMAGES", help="link so many synthetic images instead")
    arguments = parser.parse_args()
    WORK.mkdir(parents=True, exist_ok=True)
    print(f"{machine()}, load {os.getloadavg()[0]:.1f}\n")
    if arguments.link:
        print("| images | shards | wall | processor time | peak memory |\n|---|---|---|---|---|")
        for images in (arguments.link // 16, arguments.link // 4, arguments.link):
            link(images // 40 * 40)
    else:
        growth(arguments.files)
        peers(arguments.files)


main()
