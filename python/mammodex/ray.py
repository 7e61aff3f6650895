"""Data sets in Ray: rows of the images as a `ray.data.Dataset`, and the indexing of a data set on a cluster.

    import mammodex.ray
    images = mammodex.ray.read("s3://clinic/ncc", profile="ncc")
    mammodex.ray.index("s3://clinic/ncc", "catalog", profile="ncc")

The package must be installed on the workers. They see the data set at the same address as this process and find the
credentials of a store in their own environment.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Iterator, Literal, Sequence

import ray.data

from ._index import link
from ._results import IndexResult
from ._shards import (
    FileList,
    ScanRequest,
    plan_lists,
    read_batches,
    read_pieces,
    scan_list,
    table_schema,
    write_piece,
)

if TYPE_CHECKING:
    import pyarrow

PathLike = str | os.PathLike[str]


def read(
    dataset: PathLike,
    *,
    profile: str,
    table: Literal["images", "sources", "issues", "tags"] = "images",
    plan: PathLike | None = None,
    shards: int | None = None,
    size: int | None = None,
    files_from: PathLike | None = None,
    tags: Sequence[str] = (),
    hash_pixels: bool = False,
    pseudonym_key: PathLike | None = None,
    unreadable: Literal["fail", "skip"] = "fail",
) -> ray.data.Dataset:
    """Returns the rows of a table of the scan, those before linking; one task per list of `mammodex plan`.

    There are `shards` lists, or as many as have at most `size` files (10,000), or those of the folder `plan`. A task whose
    files cannot be read fails, or with `unreadable="skip"` returns the others: the table `issues` names those files.
    """
    request = _request(dataset, profile, tags, hash_pixels, pseudonym_key)
    lists = plan_lists(request, plan=plan, shards=shards, size=size, files_from=files_from)
    schema = table_schema(request, table)
    options = {"request": request, "table": table, "schema": schema, "accept_unreadable": unreadable == "skip"}
    return _tasks(lists).map_batches(_rows, batch_size=1, batch_format="pyarrow", fn_kwargs=options)


def index(
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
    """Indexes a data set on a cluster: Ray runs the scans of all lists, then this process links the shards.

    The tables are those of `mammodex.index`, byte for byte. The catalog is a folder of this machine. Shards come through
    Ray, unless `into` names a folder that all workers and this machine share: there they stay, and a repeated run scans
    only lists whose files changed. Files that cannot be read on a worker are tried again here.
    """
    request = _request(dataset, profile, tags, hash_pixels, pseudonym_key)
    lists = plan_lists(request, plan=plan, shards=shards, size=size, files_from=files_from)
    options = {"request": request, "into": None if into is None else os.fspath(into)}
    pieces = _tasks(lists).map_batches(_pieces, batch_size=1, batch_format="pyarrow", fn_kwargs=options)
    with tempfile.TemporaryDirectory(prefix="mammodex-shards-") as folder:
        for batch in pieces.iter_batches(batch_size=None, batch_format="pyarrow"):
            for row in batch.to_pylist() if into is None else ():
                write_piece(Path(folder), row["list"], row["file"], row["position"], row["piece"])
        return link(
            dataset,
            [folder if into is None else into],
            catalog=catalog,
            profile=profile,
            pseudonym_key=pseudonym_key,
            files_from=files_from,
            strict=strict,
            force=force,
            progress=False,
        )


def _request(
    dataset: PathLike, profile: str, tags: Sequence[str], hash_pixels: bool, pseudonym_key: PathLike | None
) -> ScanRequest:
    key = None if pseudonym_key is None else os.fspath(pseudonym_key)
    return ScanRequest(os.fspath(dataset), profile, tuple(tags), hash_pixels, key)


def _tasks(lists: Sequence[FileList]) -> ray.data.Dataset:
    """The lists as rows, each in a block of its own, so that each is a task."""
    return ray.data.from_items([asdict(files) for files in lists], override_num_blocks=max(len(lists), 1))


def _lists(rows: pyarrow.Table) -> Iterator[FileList]:
    for row in rows.to_pylist():
        yield FileList(row["number"], row["compressed"])


def _rows(
    rows: pyarrow.Table, request: ScanRequest, table: str, schema: pyarrow.Schema, accept_unreadable: bool
) -> Iterator[pyarrow.Table]:
    import pyarrow

    for files in _lists(rows):
        with scan_list(request, files, accept_unreadable=accept_unreadable) as shard:
            yield pyarrow.Table.from_batches(read_batches(shard, table, schema), schema)


def _pieces(rows: pyarrow.Table, request: ScanRequest, into: str | None) -> Iterator[pyarrow.Table]:
    import pyarrow

    for files in _lists(rows):
        folder = None if into is None else Path(into) / f"{files.number:05}"
        with scan_list(request, files, into=folder, accept_unreadable=True) as shard:
            pieces: Iterator[tuple[Any, ...]] = (
                read_pieces(shard, files.number) if into is None else iter([(files.number, shard.name, 0, b"")])
            )
            for number, file, position, piece in pieces:
                columns = {"list": [number], "file": [file], "position": [position], "piece": [piece]}
                yield pyarrow.table(columns)
