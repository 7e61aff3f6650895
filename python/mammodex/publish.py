"""The tables of a catalog as Delta Lake and Apache Iceberg tables, snapshot by snapshot.

Engines such as Spark, Trino and DuckDB read these and go back to earlier snapshots. Publishing a snapshot that is
published already changes nothing, so that it can be repeated.

Delta copies the rows (`pip install mammodex[delta]`), one version of the Delta table a snapshot. Iceberg refers to the
catalog's own Parquet files (`pip install mammodex[iceberg]`): keep the snapshots that are published, since `mammodex
snapshot prune` removes the files.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Iterator, Mapping, Sequence

from ._binary import MammodexError

if TYPE_CHECKING:
    from pyiceberg.catalog import Catalog as IcebergCatalog
    from pyiceberg.schema import Schema
    from pyiceberg.table import Table as IcebergTable
    from pyiceberg.table import Transaction

PathLike = str | os.PathLike[str]

#: The property of a version that names the snapshot it was made of.
SNAPSHOT = "mammodex.snapshot"
#: The property of a version with the checksum of the table's file.
CHECKSUM = "mammodex.sha256"


@dataclass(frozen=True)
class PublishedTable:
    """A table and its state after publishing."""

    name: str
    """Name of the table, such as `images`."""
    address: str
    """Its folder, or its identifier in the Iceberg catalog."""
    rows: int
    """Rows of the snapshot."""
    is_new: bool
    """Whether a version was added; false where the snapshot was published already."""


@dataclass(frozen=True)
class _TableFile:
    name: str
    path: Path
    rows: int
    sha256: str


def _snapshot(catalog: PathLike, snapshot: int | None, tables: Sequence[str] | None) -> tuple[int, list[_TableFile]]:
    """The number of a snapshot and the files of its tables; `current` is resolved once."""
    place = Path(catalog) / ("current" if snapshot is None else f"snapshots/{snapshot:06}")
    try:
        folder = place.resolve(strict=True)
        description = json.loads((folder / "snapshot.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise MammodexError(f"{place} is not a snapshot of a catalog: {error}") from error
    known: Mapping[str, Mapping[str, object]] = description["tables"]
    wanted = list(known) if tables is None else list(tables)
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise MammodexError(f"snapshot {description['id']} has no table {unknown[0]!r}; tables: {', '.join(known)}")
    files = [
        _TableFile(name, folder / f"{name}.parquet", int(str(known[name]["rows"])), str(known[name]["sha256"]))
        for name in wanted
    ]
    return int(description["id"]), files


def delta(
    catalog: PathLike,
    target: str,
    *,
    snapshot: int | None = None,
    tables: Sequence[str] | None = None,
    storage_options: Mapping[str, str] | None = None,
) -> list[PublishedTable]:
    """Publishes a snapshot as one Delta table per table below `target`, a folder or an address such as `s3://lake/ncc`.

    The rows replace those of the version before, which stays readable: `DeltaTable(…, version=0)`. Rows are streamed.

    >>> from deltalake import DeltaTable  # doctest: +SKIP
    >>> delta("catalog", "lake")  # doctest: +SKIP
    """
    import pyarrow
    import pyarrow.parquet as parquet
    from deltalake import CommitProperties, DeltaTable, write_deltalake

    number, files = _snapshot(catalog, snapshot, tables)
    options = dict(storage_options or {})
    published = []
    for file in files:
        address = f"{target.rstrip('/')}/{file.name}"
        is_new = True
        if DeltaTable.is_deltatable(address, storage_options=options):
            last = DeltaTable(address, storage_options=options).history(1)
            is_new = not last or last[0].get(CHECKSUM) != file.sha256
        if is_new:
            source = parquet.ParquetFile(file.path)
            batches = pyarrow.RecordBatchReader.from_batches(source.schema_arrow, source.iter_batches())
            write_deltalake(
                address,
                batches,
                mode="overwrite",
                schema_mode="overwrite",
                storage_options=options,
                commit_properties=CommitProperties(
                    custom_metadata={SNAPSHOT: str(number), CHECKSUM: file.sha256}
                ),
            )
        published.append(PublishedTable(file.name, address, file.rows, is_new))
    return published


def iceberg(
    catalog: PathLike,
    target: IcebergCatalog,
    namespace: str,
    *,
    snapshot: int | None = None,
    tables: Sequence[str] | None = None,
    base: str | None = None,
) -> list[PublishedTable]:
    """Publishes a snapshot as one Iceberg table per table in a namespace of an Iceberg catalog.

    The tables refer to the Parquet files of the snapshot, whose columns have the numbers of the Iceberg schema, so that a
    column that is added or renamed later is the same column in every snapshot. `base` is the address by which the engines see the catalog's
    folder, where it is another than on this machine, such as `s3://lake/catalog`.
    """
    import pyarrow.parquet as parquet
    from pyiceberg.io.pyarrow import pyarrow_to_schema

    number, files = _snapshot(catalog, snapshot, tables)
    target.create_namespace_if_not_exists(namespace)
    root = Path(catalog).resolve()
    published = []
    for file in files:
        identifier = f"{namespace}.{file.name}"
        columns = parquet.read_schema(file.path)
        if any(b"PARQUET:field_id" not in (column.metadata or {}) for column in columns):
            raise MammodexError(
                f"{file.path} was written before columns had numbers; index the data set again, or publish a later snapshot"
            )
        schema = pyarrow_to_schema(columns)
        table = target.create_table_if_not_exists(identifier, schema=schema)
        is_new = all(known != file.sha256 for known in _current_checksums(table))
        if is_new:
            place = file.path.relative_to(root).as_posix()
            address = file.path.as_uri() if base is None else f"{base.rstrip('/')}/{place}"
            properties = {SNAPSHOT: str(number), CHECKSUM: file.sha256}
            with table.transaction() as transaction:
                _set_schema(transaction, table, schema)
                if table.current_snapshot() is not None:
                    transaction.delete(delete_filter="true", snapshot_properties=properties)
                transaction.add_files([address], snapshot_properties=properties)
        published.append(PublishedTable(file.name, identifier, file.rows, is_new))
    return published


def _set_schema(transaction: Transaction, table: IcebergTable, schema: Schema) -> None:
    """Makes the columns of a snapshot those of the table, with their own numbers: Iceberg gives new tables others."""
    from pyiceberg.schema import Schema
    from pyiceberg.table import TableProperties
    from pyiceberg.table.update import AddSchemaUpdate, SetCurrentSchemaUpdate

    if table.schema().fields == schema.fields:
        return
    known = [earlier for earlier in table.schemas().values() if earlier.fields == schema.fields]
    if known:
        transaction._apply((SetCurrentSchemaUpdate.model_validate({"schema-id": known[0].schema_id}),))
        return
    numbered = Schema(*schema.fields, schema_id=max(table.schemas()) + 1)
    transaction._apply((AddSchemaUpdate(schema=numbered), SetCurrentSchemaUpdate.model_validate({"schema-id": -1})))
    transaction.set_properties({TableProperties.DEFAULT_NAME_MAPPING: schema.name_mapping.model_dump_json()})


def _current_checksums(table: IcebergTable) -> Iterator[str]:
    """The checksum of the file that the table's current version refers to."""
    current = table.current_snapshot()
    if current is not None and current.summary is not None:
        checksum = current.summary.additional_properties.get(CHECKSUM)
        if checksum is not None:
            yield checksum
