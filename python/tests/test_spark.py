"""Spark reads a data set in a bucket and indexes it; the tables go to Delta, which another program reads."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Iterator

import duckdb
import pytest

import mammodex

pytest.importorskip("pyspark")
pytest.importorskip("moto")
if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
    pytest.skip("there is no Java", allow_module_level=True)

import mammodex.spark  # noqa: E402
from mammodex import publish  # noqa: E402

PACKAGES = str(Path(__file__).parents[1])
DATASET = "s3://clinic/ncc"
SERVER = """
import logging, sys
from moto.server import ThreadedMotoServer
logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print("http://{}:{}".format(*server.get_host_and_port()), flush=True)
sys.stdin.read()
server.stop()
"""

DIGEST = "SELECT count(*), md5(string_agg(r::VARCHAR, '|' ORDER BY r::VARCHAR)) FROM {} AS r"
READER = f"""
import json, sys, deltalake, duckdb
duckdb.execute("SET TimeZone = 'UTC'")
for name in sys.argv[2:]:
    rows = deltalake.DeltaTable("s3://lake/" + name, storage_options=json.loads(sys.argv[1])).to_pyarrow_table()
    print(name, *duckdb.execute({DIGEST.format("rows")!r}).fetchone())
"""


@pytest.fixture(scope="module")
def store(made: Path) -> Iterator[dict[str, str]]:
    """A bucket on loopback with the data set, an empty one for the lake, and the environment that finds them."""
    import boto3

    # A process of its own: deltalake waits for the store without letting other Python threads run.
    server = subprocess.Popen([sys.executable, "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert server.stdin is not None and server.stdout is not None
    url = server.stdout.readline().strip()
    settings = {
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "PYTHONPATH": PACKAGES,
        "PYSPARK_PYTHON": sys.executable,
    }
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    client = boto3.client("s3")
    client.create_bucket(Bucket="clinic")
    client.create_bucket(Bucket="lake")
    for path in sorted((made / "data").rglob("*")):
        if path.is_file():
            client.put_object(Bucket="clinic", Key=f"ncc/{path.relative_to(made / 'data')}", Body=path.read_bytes())
    yield settings
    server.communicate()
    for name, value in before.items():
        if value is None:
            del os.environ[name]
        else:
            os.environ[name] = value


@pytest.fixture(scope="module")
def spark(store: dict[str, str]) -> Iterator[Any]:
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[2]").appName("mammodex")
    for name, value in {
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": "2",
    }.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    yield session
    session.stop()


@pytest.fixture(scope="module")
def indexed(store: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The catalog that one process makes of the same bucket."""
    catalog = tmp_path_factory.mktemp("indexed") / "catalog"
    mammodex.index(DATASET, catalog=catalog, profile="ncc", progress=False)
    return catalog


def rows(relation: str, **registered: object) -> list[tuple[object, ...]]:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for name, data in registered.items():
            connection.register(name, data)
        return connection.execute(f"SELECT * FROM {relation} ORDER BY ALL").fetchall()


def files(catalog: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (catalog / "current").glob("*.parquet")}


def test_the_format_gives_the_images_of_a_bucket(spark: Any, indexed: Path) -> None:
    # No registration: PySpark finds the format by the package pyspark_mammodex.
    images = spark.read.format("mammodex").option("profile", "ncc").option("shards", 3).load(DATASET)
    assert images.rdd.getNumPartitions() == 3
    assert [field.name for field in images.schema] == [c[0] for c in duckdb.sql(
        f"DESCRIBE SELECT * FROM '{indexed}/current/images.parquet'").fetchall()]
    assert rows("read", read=images.toArrow()) == rows(f"'{indexed}/current/images.parquet'")
    by_view = images.where("is_standard_view").groupBy("view").count().collect()
    assert {row["view"]: row["count"] for row in by_view} == {"LCC": 12, "LMLO": 12, "RCC": 12, "RMLO": 12}


def test_other_tables_and_attributes_come_too(spark: Any, made: Path, tmp_path: Path) -> None:
    folder = str(made / "data")
    mammodex.run("plan", folder, "--shards", "2", "--profile", "ncc", "-o", tmp_path / "plan")
    read = spark.read.format("mammodex").options(profile="ncc", plan=str(tmp_path / "plan"))
    sources = read.option("table", "sources").load(folder)
    assert {row["kind"]: row["count"] for row in sources.groupBy("kind").count().collect()}["dicom"] == 48
    tags = read.options(table="tags", tags="PatientAge, ExposureTime", hashpixels="true").load(folder)
    assert tags.select("keyword").distinct().count() == 2


def test_a_file_that_cannot_be_read_fails_the_task_or_is_named(spark: Any, made: Path) -> None:
    import boto3

    for number, path in enumerate(sorted((made / "data").rglob("LCC.dcm"))):
        # An object in an archive is listed but cannot be read.
        storage = "GLACIER" if number == 0 else "STANDARD"
        key = f"cold/{path.relative_to(made / 'data')}"
        boto3.client("s3").put_object(Bucket="clinic", Key=key, Body=path.read_bytes(), StorageClass=storage)
    read = spark.read.format("mammodex").options(profile="ncc", shards=1)
    with pytest.raises(Exception, match="file-unreadable"):
        read.load("s3://clinic/cold").count()
    rest = read.option("unreadable", "skip")
    assert rest.load("s3://clinic/cold").count() == 11
    codes = rest.option("table", "issues").load("s3://clinic/cold").select("code", "file").collect()
    assert [(row["code"], row["file"].rsplit("/")[-1]) for row in codes] == [("file-unreadable", "LCC.dcm")]


def test_wrong_options_are_named(spark: Any) -> None:
    for options, message in [
        ({}, 'needs option\\("profile", "ncc"\\)'),
        ({"profile": "ncc", "shard": "3"}, "no option 'shard'; options: path, profile"),
        ({"profile": "ncc", "table": "lesions"}, "no table 'lesions'; tables: images"),
        ({"profile": "ncc", "shards": "-1"}, "not a number above 0"),
        ({"profile": "ncc", "unreadable": "no"}, "values: fail, skip"),
        ({"profile": "nc"}, "profile"),
    ]:
        with pytest.raises(Exception, match=message):
            spark.read.format("mammodex").options(**options).load(DATASET).count()


def test_a_cluster_indexes_a_bucket_and_delta_has_the_tables(
    spark: Any, store: dict[str, str], indexed: Path, tmp_path: Path
) -> None:
    catalog = tmp_path / "catalog"
    result = mammodex.spark.index(spark, DATASET, catalog, profile="ncc", shards=3)
    assert result.rows["images"] == 48 and result.is_new
    assert files(catalog) == files(indexed)
    options = {"AWS_ALLOW_HTTP": "true"} | {name: value for name, value in store.items() if name.startswith("AWS_")}
    tables = ["images", "patients", "lesions"]
    published = publish.delta(catalog, "s3://lake/ncc", tables=tables, storage_options=options)
    assert {table.name: table.rows for table in published} == {name: result.rows[name] for name in tables}
    images = spark.read.format("mammodex").option("profile", "ncc").load(DATASET)
    import deltalake

    deltalake.write_deltalake("s3://lake/images", images.toArrow(), storage_options=options)
    # Another program: a process that has neither Spark nor this package.
    names = ["images", *(f"ncc/{table}" for table in tables)]
    line = [sys.executable, "-c", READER, json.dumps(options), *names]
    done = subprocess.run(line, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    for text, name in zip(done.stdout.splitlines(), names, strict=True):
        table = indexed / "current" / f"{name.removeprefix('ncc/')}.parquet"
        with duckdb.connect() as connection:
            connection.execute("SET TimeZone = 'UTC'")
            digest = connection.execute(DIGEST.format(f"'{table}'")).fetchone()
        assert digest is not None and text == f"{name} {digest[0]} {digest[1]}"


def test_shards_on_shared_storage_stay_and_are_not_scanned_again(spark: Any, made: Path, tmp_path: Path) -> None:
    folder, shards = str(made / "data"), tmp_path / "shards"
    one = mammodex.spark.index(spark, folder, tmp_path / "one", profile="ncc", shards=2, into=shards)
    times = {path: path.stat().st_mtime_ns for path in shards.rglob("*.parquet")}
    two = mammodex.spark.index(spark, folder, tmp_path / "two", profile="ncc", shards=2, into=shards)
    assert one.rows == two.rows and len(times) == 6
    assert times == {path: path.stat().st_mtime_ns for path in shards.rglob("*.parquet")}
    assert files(tmp_path / "one") == files(tmp_path / "two") == files(made / "catalog")
