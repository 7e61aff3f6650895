"""Data sets in Spark: a data source of PySpark 4, and the indexing of a data set on a cluster.

    spark.dataSource.register(MammodexDataSource)   # where the package pyspark_mammodex is not on the Python path
    images = spark.read.format("mammodex").option("profile", "ncc").load("s3://clinic/ncc")
    mammodex.spark.index(spark, "s3://clinic/ncc", "catalog", profile="ncc")

The package must be installed for the Python of the workers. They see the data set at the same address as the driver and
find the credentials of a store in their own environment; no option has any.

| option | meaning |
|---|---|
| `profile` | name of the profile, or its file; required |
| `table` | `images` (default), `sources`, `issues`, or `tags`; `shard` has the files of the shards themselves |
| `size` | most files of a partition, 10,000 unless `shards` or `plan` is given |
| `shards` | number of partitions |
| `plan` | folder that `mammodex plan` wrote, instead of a listing |
| `filesFrom` | a list of the only files, or an inventory |
| `tags` | DICOM keywords of additional attributes, separated by commas |
| `hashPixels` | `true` hashes the pixels of every image |
| `pseudonymKey` | file of the key of pseudonyms, as the workers see it |
| `jobs`, `requests` | threads (1) and requests under way (256) of a task |
| `unreadable` | `fail` (default) fails a task whose files cannot be read, so that Spark repeats it; `skip` returns the rest |
| `into` | folder on storage that all workers share, in which shards stay: a repeated run reads only what changed |
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Iterator, Mapping, Sequence

from pyspark import StorageLevel
from pyspark.sql.datasource import DataSource, DataSourceReader, InputPartition
from pyspark.sql.pandas.types import from_arrow_schema, to_arrow_schema
from pyspark.sql.types import BinaryType, IntegerType, LongType, StringType, StructField, StructType

from ._binary import MammodexError
from ._index import link
from ._results import IndexResult
from ._shards import (
    FileList,
    ScanRequest,
    plan_lists,
    read_batches,
    read_options,
    read_pieces,
    scan_list,
    table_schema,
    write_piece,
)

if TYPE_CHECKING:
    import pyarrow
    from pyspark.sql import SparkSession

PathLike = str | os.PathLike[str]

#: The name of the table of the shards' own files.
SHARD = "shard"
_OPTIONS = (
    "path", "profile", "table", "size", "shards", "plan", "filesFrom", "tags", "hashPixels", "pseudonymKey", "jobs",
    "requests", "unreadable", "into",
)  # fmt: skip
_SHARD_SCHEMA = StructType(
    [
        StructField("list", IntegerType(), nullable=False),
        StructField("file", StringType(), nullable=False),
        StructField("position", LongType(), nullable=False),
        StructField("piece", BinaryType(), nullable=False),
    ]
)


class ListPartition(InputPartition):
    """A list of files as a partition."""

    def __init__(self, files: FileList) -> None:
        super().__init__(files.number)
        self.files = files


class MammodexDataSource(DataSource):
    """The data source `mammodex`: rows of the images of a data set, one partition per list of files."""

    @classmethod
    def name(cls) -> str:
        """The name of the format."""
        return "mammodex"

    def schema(self) -> StructType:
        """The columns of the table, those of the dictionary."""
        settings = ReadSettings(self.options)
        if settings.table == SHARD:
            return _SHARD_SCHEMA
        return from_arrow_schema(table_schema(settings.request, settings.table), prefer_timestamp_ntz=False)

    def reader(self, schema: StructType) -> ListReader:
        """The reader of the lists."""
        return ListReader(ReadSettings(self.options), schema)


class ReadSettings:
    """The options of a read, checked."""

    def __init__(self, options: Mapping[str, str]) -> None:
        given = read_options(options, _OPTIONS)
        for name, purpose in (("path", 'a data set in load("s3://…")'), ("profile", 'option("profile", "ncc")')):
            if not given.get(name):
                raise MammodexError(f"format mammodex needs {purpose}")
        self.table = given.get("table", "images")
        self.shards = _number(given, "shards")
        self.size = _number(given, "size")
        self.plan = given.get("plan")
        self.files_from = given.get("filesFrom")
        self.skips_unreadable = _choice(given, "unreadable", ("fail", "skip")) == "skip"
        self.into = given.get("into")
        self.request = ScanRequest(
            dataset=given["path"],
            profile=given["profile"],
            tags=tuple(name.strip() for name in given.get("tags", "").split(",") if name.strip()),
            hash_pixels=_choice(given, "hashPixels", ("false", "true")) == "true",
            pseudonym_key=given.get("pseudonymKey"),
            jobs=_number(given, "jobs") or 1,
            requests=_number(given, "requests") or 256,
        )


class ListReader(DataSourceReader):
    """Reads each list of files by a scan of its own."""

    def __init__(self, settings: ReadSettings, schema: StructType) -> None:
        self.settings = settings
        self.schema = schema

    def partitions(self) -> list[InputPartition]:
        """The lists of the plan: those of the option `plan`, else made now, on the driver."""
        settings = self.settings
        lists = plan_lists(
            settings.request,
            plan=settings.plan,
            shards=settings.shards,
            size=settings.size,
            files_from=settings.files_from,
        )
        return [ListPartition(files) for files in lists]

    def read(self, partition: InputPartition) -> Iterator[pyarrow.RecordBatch] | Iterator[tuple[Any, ...]]:
        """The rows of a list's shard, as Arrow batches; pieces of files as tuples for `shard`."""
        if not isinstance(partition, ListPartition):
            return iter(())  # A plan without lists: Spark makes one partition of its own.
        return self._pieces(partition.files) if self.settings.table == SHARD else self._rows(partition.files)

    def _rows(self, files: FileList) -> Iterator[pyarrow.RecordBatch]:
        target = _arrow_schema(self.schema)
        with self._scan(files) as shard:
            yield from read_batches(shard, self.settings.table, target)

    def _pieces(self, files: FileList) -> Iterator[tuple[int, str, int, bytes]]:
        with self._scan(files) as shard:
            if self.settings.into is None:
                yield from read_pieces(shard, files.number)
            else:
                # The shard is where the driver finds it: its name says enough.
                yield files.number, shard.name, 0, b""

    def _scan(self, files: FileList) -> Any:
        settings = self.settings
        into = None if settings.into is None else Path(settings.into) / f"{files.number:05}"
        return scan_list(settings.request, files, into=into, accept_unreadable=settings.skips_unreadable)


def index(
    spark: SparkSession,
    dataset: PathLike,
    catalog: PathLike = "catalog",
    *,
    profile: str,
    into: PathLike | None = None,
    plan: PathLike | None = None,
    shards: int | None = None,
    size: int | None = None,
    files_from: PathLike | None = None,
    tags: Sequence[str] = (),
    hash_pixels: bool = False,
    pseudonym_key: PathLike | None = None,
    strict: bool = False,
    force: bool = False,
) -> IndexResult:
    """Indexes a data set on a cluster: Spark runs the scans of all lists, then this process links the shards.

    The tables are those of `mammodex.index`, byte for byte. The catalog is a folder of this machine. Shards come through
    Spark, spilled to the workers' disks and written to a temporary folder here, unless `into` names a folder that all
    workers and this machine share: there they stay, and a repeated run scans only lists whose files changed. Files that
    cannot be read on a worker are tried again here, and are findings if they still cannot be read.
    """
    options: dict[str, PathLike | int | str | None] = {
        "profile": profile,
        "table": SHARD,
        "into": into,
        "plan": plan,
        "shards": shards,
        "size": size,
        "filesFrom": files_from,
        "tags": ",".join(tags) or None,
        "hashPixels": "true" if hash_pixels else None,
        "pseudonymKey": pseudonym_key,
        "unreadable": "skip",
    }
    spark.dataSource.register(MammodexDataSource)
    given = {name: str(value) for name, value in options.items() if value is not None}
    pieces = spark.read.format("mammodex").options(**given).load(os.fspath(dataset))
    with tempfile.TemporaryDirectory(prefix="mammodex-shards-") as folder:
        if into is None:
            # All tasks run at once and leave their rows on disk; then one partition after the other comes here.
            persisted = pieces.persist(StorageLevel.DISK_ONLY)
            try:
                persisted.count()
                for row in persisted.toLocalIterator():
                    write_piece(Path(folder), row.list, row.file, row.position, bytes(row.piece))
            finally:
                persisted.unpersist()
            place = Path(folder)
        else:
            pieces.count()
            place = Path(into)
        return link(
            dataset,
            [place],
            catalog=catalog,
            profile=profile,
            pseudonym_key=pseudonym_key,
            files_from=files_from,
            strict=strict,
            force=force,
            progress=False,
        )


def _arrow_schema(schema: StructType) -> pyarrow.Schema:
    """The schema that Spark compares batches with."""
    try:
        return to_arrow_schema(schema, timezone="UTC")
    except TypeError:  # PySpark 4.0 has UTC only.
        return to_arrow_schema(schema)


def _number(given: Mapping[str, str], name: str) -> int | None:
    value = given.get(name)
    if value is None:
        return None
    if not value.isascii() or not value.isdigit() or int(value) == 0:
        raise MammodexError(f"option {name} is {value!r}, not a number above 0")
    return int(value)


def _choice(given: Mapping[str, str], name: str, values: Sequence[str]) -> str:
    value = given.get(name, values[0])
    if value.lower() not in values:
        raise MammodexError(f"option {name} is {value!r}; values: {', '.join(values)}")
    return value.lower()
