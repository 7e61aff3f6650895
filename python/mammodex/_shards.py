"""Scans of lists of files, one task each: what engines such as Spark and Ray run, and the linking that follows."""

from __future__ import annotations

import json
import os
import tempfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Iterator, Mapping, Sequence

from ._binary import MammodexError, call, run

if TYPE_CHECKING:
    import pyarrow

PathLike = str | os.PathLike[str]

#: The tables of a shard that a task can return; `tags` has rows only with additional attributes.
TABLES = ("images", "tags", "sources", "issues")
#: Most bytes of a file of a shard in one row, when shards travel through the engine.
PIECE_BYTES = 1 << 20


@dataclass(frozen=True)
class FileList:
    """The files of one task: a list of `mammodex plan`."""

    number: int
    """Number of the list, from 0."""
    compressed: bytes
    """JSON lines with one path each, compressed by zlib: paths resemble each other."""


@dataclass(frozen=True)
class ScanRequest:
    """What the scans of all lists have in common."""

    dataset: str
    """Folder or address of the data set, as every worker sees it."""
    profile: str
    """Name of the profile, or its file as every worker sees it."""
    tags: tuple[str, ...] = ()
    """DICOM keywords of additional attributes."""
    hash_pixels: bool = False
    """Whether the pixels of every image are hashed."""
    pseudonym_key: str | None = None
    """File of the key of pseudonyms, as every worker sees it."""
    jobs: int = 1
    """Threads of one scan: engines give a task one processor."""
    requests: int = 256
    """Most requests under way of one scan."""

    def arguments(self) -> list[str]:
        """The options of `mammodex scan` that are alike for all lists."""
        options = ["--profile", self.profile, "--jobs", str(self.jobs), "--requests", str(self.requests)]
        if self.tags:
            options += ["--tags", ",".join(self.tags)]
        if self.hash_pixels:
            options.append("--hash-pixels")
        if self.pseudonym_key is not None:
            options += ["--pseudonym-key", self.pseudonym_key]
        return options


def plan_lists(
    request: ScanRequest,
    *,
    plan: PathLike | None = None,
    shards: int | None = None,
    size: int | None = None,
    files_from: PathLike | None = None,
) -> list[FileList]:
    """Divides a data set into lists of files: that many, or as many as have at most `size` files, 10,000 by default.

    With `plan`, a folder that `mammodex plan` wrote, they are its lists.

    >>> folder = getfixture("sample")
    >>> [files.number for files in plan_lists(ScanRequest(str(folder / "data"), "ncc"), shards=3)]
    [0, 1, 2]
    >>> plan_lists(ScanRequest("data", "ncc"), plan="lists", size=100)
    Traceback (most recent call last):
        ...
    mammodex._binary.MammodexError: plan and size exclude each other
    """
    given = [name for name, value in (("plan", plan), ("shards", shards), ("size", size)) if value is not None]
    if len(given) > 1:
        raise MammodexError(f"{' and '.join(given)} exclude each other")
    if plan is not None:
        return read_plan(plan)
    extent = ["--size", str(size or 10_000)] if shards is None else ["--shards", str(shards)]
    inventory = [] if files_from is None else ["--files-from", os.fspath(files_from)]
    with tempfile.TemporaryDirectory(prefix="mammodex-plan-") as folder:
        output = Path(folder) / "plan"
        run("plan", request.dataset, "--profile", request.profile, *extent, *inventory, "--output", output)
        return read_plan(output)


def read_plan(plan: PathLike) -> list[FileList]:
    """Reads the lists that `mammodex plan` wrote to a folder.

    >>> read_plan("/nowhere")
    Traceback (most recent call last):
        ...
    mammodex._binary.MammodexError: /nowhere is not a plan: ...
    """
    folder = Path(plan)
    try:
        count = int(json.loads((folder / "plan.json").read_text(encoding="utf-8"))["lists"])
        return [
            FileList(number, zlib.compress((folder / f"{number:05}.jsonl").read_bytes())) for number in range(count)
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise MammodexError(f"{plan} is not a plan: {error}") from error


@contextmanager
def scan_list(
    request: ScanRequest, files: FileList, *, into: Path | None = None, accept_unreadable: bool = False
) -> Iterator[Path]:
    """Scans a list and yields the folder of its shard: `into`, or one that is deleted afterwards.

    A file that cannot be read raises `MammodexError` with exit code 1, so that the engine repeats the task, unless
    `accept_unreadable`: then the shard has the others, and its table `issues` names those files.
    """
    with tempfile.TemporaryDirectory(prefix="mammodex-scan-") as folder:
        paths = Path(folder) / "list.jsonl"
        paths.write_bytes(zlib.decompress(files.compressed))
        shard = Path(folder) / "shard" if into is None else into
        line: list[PathLike] = ["scan", request.dataset, *request.arguments()]
        line += ["--files-from", paths, "--into", shard, "--force"]
        call(line, accept=(0, 1) if accept_unreadable else (0,))
        yield shard


def table_schema(request: ScanRequest, table: str) -> pyarrow.Schema:
    """The columns of a shard's table, as a scan of no files writes it; moments in microseconds."""
    import pyarrow.parquet as parquet

    if table not in TABLES:
        raise MammodexError(f"a shard has no table {table!r}; tables: {', '.join(TABLES)}")
    with tempfile.TemporaryDirectory(prefix="mammodex-empty-") as folder:
        # No file is looked at, so that a store is not contacted for the columns.
        nothing = ScanRequest(folder, request.profile, request.tags, request.hash_pixels, request.pseudonym_key)
        with scan_list(nothing, FileList(0, zlib.compress(b""))) as shard:
            path = shard / f"{table}.parquet"
            if not path.is_file():
                raise MammodexError("the table tags is there only with additional attributes: name some in tags")
            return in_microseconds(parquet.read_schema(path))


def in_microseconds(schema: pyarrow.Schema) -> pyarrow.Schema:
    """The schema with moments in microseconds, the only unit of Spark."""
    import pyarrow

    fields = [
        field.with_type(pyarrow.timestamp("us", tz=field.type.tz)) if pyarrow.types.is_timestamp(field.type) else field
        for field in schema
    ]
    return pyarrow.schema(fields)


def read_batches(shard: Path, table: str, schema: pyarrow.Schema) -> Iterator[pyarrow.RecordBatch]:
    """The rows of a shard's table with the types of a schema."""
    import pyarrow
    import pyarrow.parquet as parquet

    with parquet.ParquetFile(shard / f"{table}.parquet") as source:
        for batch in source.iter_batches():
            yield from pyarrow.Table.from_batches([batch]).cast(schema).to_batches()


def read_pieces(shard: Path, number: int) -> Iterator[tuple[int, str, int, bytes]]:
    """The files of a shard in pieces: list, file, position and bytes. `shard.json` comes last."""
    for path in sorted(shard.iterdir(), key=lambda file: (file.name == "shard.json", file.name)):
        position = 0
        with path.open("rb") as file:
            while piece := file.read(PIECE_BYTES):
                yield number, path.name, position, piece
                position += len(piece)


def write_piece(shards: Path, number: int, name: str, position: int, piece: bytes) -> None:
    """Writes a piece of a shard's file to its place."""
    if Path(name).name != name:
        raise MammodexError(f"{name!r} is not a file of a shard")
    folder = shards / f"{number:05}"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / name).open("r+b" if position else "wb") as file:
        file.seek(position)
        file.write(piece)


def read_options(options: Mapping[str, str], names: Sequence[str]) -> dict[str, str]:
    """The options by their names, whatever their case; an unknown one is an error that lists the others."""
    known = {name.lower(): name for name in names}
    unknown = [name for name in options if name.lower() not in known]
    if unknown:
        raise MammodexError(f"there is no option {unknown[0]!r}; options: {', '.join(names)}")
    return {known[name.lower()]: value for name, value in options.items()}
