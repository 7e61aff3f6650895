"""Snapshots as Delta and Iceberg tables, read back by other programs."""

import shutil
from pathlib import Path

import duckdb
import pytest

import mammodex
from mammodex import publish

TABLES = ["agreement", "annotations", "breasts", "images", "issues", "lesions", "patients", "sources"]


def change(catalog: Path, made: Path, folder: Path) -> None:
    """Makes a second snapshot, without one case."""
    data = folder / "changed"
    shutil.copytree(made / "data", data, symlinks=True)
    shutil.rmtree(next((data / "dcm" / "Uncompressed" / "Normal").iterdir()))
    mammodex.index(data, catalog=catalog, progress=False, force=True)


def rows(catalog: Path, table: str, snapshot: int) -> list[tuple[object, ...]]:
    """The rows of a table's file, as DuckDB reads it."""
    file = catalog / f"snapshots/{snapshot:06}" / f"{table}.parquet"
    return values(f"'{file}'")


def values(relation: str, **registered: object) -> list[tuple[object, ...]]:
    """The rows of a relation, sorted; moments in UTC."""
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for name, data in registered.items():
            connection.register(name, data)
        return connection.execute(f"SELECT * FROM {relation} ORDER BY ALL").fetchall()


def test_delta_has_every_row_and_earlier_snapshots(made: Path, catalog: Path, tmp_path: Path) -> None:
    deltalake = pytest.importorskip("deltalake")
    lake = str(tmp_path / "lake")
    first = publish.delta(catalog, lake)
    assert sorted(table.name for table in first) == TABLES
    assert all(table.is_new for table in first)
    assert not any(table.is_new for table in publish.delta(catalog, lake))
    change(catalog, made, tmp_path)
    second = {table.name: table.is_new for table in publish.delta(catalog, lake)}
    assert second["images"] and second["patients"]
    for name in TABLES:
        for number, version in [(1, 0), (2, 1 if second[name] else 0)]:
            read = deltalake.DeltaTable(f"{lake}/{name}", version=version).to_pyarrow_table()
            assert values("read", read=read) == rows(catalog, name, number), name


def test_iceberg_has_every_row_and_earlier_snapshots(made: Path, catalog: Path, tmp_path: Path) -> None:
    sql = pytest.importorskip("pyiceberg.catalog.sql")
    parquet = pytest.importorskip("pyarrow.parquet")
    warehouse = tmp_path / "warehouse"
    warehouse.mkdir()
    target = sql.SqlCatalog("test", uri=f"sqlite:///{warehouse}/catalog.db", warehouse=warehouse.as_uri())
    first = publish.iceberg(catalog, target, "ncc")
    assert sorted(table.name for table in first) == TABLES
    # The numbers of the Iceberg schema are those of the Parquet files.
    for name in TABLES:
        columns = parquet.read_schema(catalog / "current" / f"{name}.parquet")
        numbers = {field.name: field.field_id for field in target.load_table(f"ncc.{name}").schema().fields}
        assert numbers == {column.name: int(column.metadata[b"PARQUET:field_id"]) for column in columns}
        assert list(numbers.values()) == list(range(1, len(numbers) + 1))
    before = {name: target.load_table(f"ncc.{name}").current_snapshot() for name in TABLES}
    assert not any(table.is_new for table in publish.iceberg(catalog, target, "ncc"))
    change(catalog, made, tmp_path)
    publish.iceberg(catalog, target, "ncc")
    for name in TABLES:
        table = target.load_table(f"ncc.{name}")
        assert values("read", read=table.scan().to_arrow()) == rows(catalog, name, 2), name
        earlier = before[name]
        assert earlier is not None
        scan = table.scan(snapshot_id=earlier.snapshot_id)
        assert values("read", read=scan.to_arrow()) == rows(catalog, name, 1), name


def test_a_column_of_a_later_version_leaves_earlier_snapshots(catalog: Path, made: Path, tmp_path: Path) -> None:
    sql = pytest.importorskip("pyiceberg.catalog.sql")
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    warehouse = tmp_path / "warehouse"
    warehouse.mkdir()
    target = sql.SqlCatalog("test", uri=f"sqlite:///{warehouse}/catalog.db", warehouse=warehouse.as_uri())
    publish.iceberg(catalog, target, "ncc", tables=["breasts"])
    before = target.load_table("ncc.breasts").current_snapshot()
    change(catalog, made, tmp_path)
    # As a later version would write it: one column renamed, one new between others, a list after it.
    file = catalog / "snapshots/000002/breasts.parquet"
    table = parquet.read_table(file)
    fields = [field.with_name("side") if field.name == "laterality" else field for field in table.schema]
    new = pyarrow.field("density", pyarrow.string(), metadata={"PARQUET:field_id": "90"})
    columns = [*table.columns]
    fields.insert(1, new)
    columns.insert(1, pyarrow.array(["c"] * table.num_rows))
    file.chmod(0o644)
    parquet.write_table(pyarrow.Table.from_arrays(columns, schema=pyarrow.schema(fields)), file)
    publish.iceberg(catalog, target, "ncc", tables=["breasts"])
    published = target.load_table("ncc.breasts")
    now = published.scan().to_arrow()
    assert now.column_names[:3] == ["case_id", "density", "side"]
    assert values("read", read=now) == rows(catalog, "breasts", 2)
    assert before is not None
    earlier = published.scan(snapshot_id=before.snapshot_id).to_arrow()
    assert earlier.column_names[:2] == ["case_id", "laterality"]
    assert values("read", read=earlier) == rows(catalog, "breasts", 1)


def test_a_snapshot_without_numbers_is_named(catalog: Path, tmp_path: Path) -> None:
    sql = pytest.importorskip("pyiceberg.catalog.sql")
    parquet = pytest.importorskip("pyarrow.parquet")
    file = catalog / "snapshots/000001/breasts.parquet"
    table = parquet.read_table(file)
    pyarrow = pytest.importorskip("pyarrow")
    plain = pyarrow.schema([field.remove_metadata() for field in table.schema])
    file.chmod(0o644)
    parquet.write_table(pyarrow.Table.from_arrays(table.columns, schema=plain), file)
    target = sql.SqlCatalog("test", uri="sqlite:///:memory:", warehouse=tmp_path.as_uri())
    with pytest.raises(mammodex.MammodexError, match="before columns had numbers"):
        publish.iceberg(catalog, target, "ncc", tables=["breasts"])


def test_what_is_not_a_snapshot_or_a_table_is_named(catalog: Path, tmp_path: Path) -> None:
    pytest.importorskip("deltalake")
    with pytest.raises(mammodex.MammodexError, match="is not a snapshot of a catalog"):
        publish.delta(tmp_path / "nothing", str(tmp_path / "lake"))
    with pytest.raises(mammodex.MammodexError, match="has no table 'virus'; tables: agreement"):
        publish.delta(catalog, str(tmp_path / "lake"), tables=["virus"])
