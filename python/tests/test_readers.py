"""Every column of every table as programs that read Parquet return it."""

from __future__ import annotations

import datetime
import importlib
import os
import shutil
from pathlib import Path
from typing import Any, Callable, Iterator

import pytest

import mammodex

pyarrow = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")

Columns = dict[str, list[Any]]


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The tables of a catalog in which every one has rows: two readers, flaws, additional attributes."""
    folder = tmp_path_factory.mktemp("readers")
    mammodex.sample(folder / "data", patients=60, seed=7, readers=2, flaws=True)
    mammodex.index(
        folder / "data", catalog=folder / "catalog", tags=["ExposureTime"], hash_pixels=True, progress=False, force=True
    )
    files = sorted((folder / "catalog" / "current").glob("*.parquet"))
    assert len(files) == 9
    assert all(parquet.read_metadata(file).num_rows for file in files)
    return files


def plain(value: Any) -> Any:
    """A value in Python's own types: absent values None, moments in UTC."""
    if value is None or type(value).__name__ in ("NaTType", "NAType"):
        return None
    if isinstance(value, float) and value != value:
        return None
    if type(value).__module__ == "numpy":
        return plain(value.tolist())
    if isinstance(value, datetime.datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=datetime.timezone.utc)
        return aware.astimezone(datetime.timezone.utc).replace(tzinfo=None, microsecond=aware.microsecond).isoformat()
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return bytes(value) if isinstance(value, bytearray) else value


def by_pyarrow(file: Path) -> Columns:
    return {name: column.to_pylist() for name, column in zip(*columns(parquet.read_table(file)))}


def columns(table: Any) -> tuple[list[str], list[Any]]:
    return table.column_names, table.columns


def by_pandas(file: Path) -> Columns:
    frame = importlib.import_module("pandas").read_parquet(file)
    return {name: list(frame[name]) for name in frame.columns}


def by_polars(file: Path) -> Columns:
    return dict(importlib.import_module("polars").read_parquet(file).to_dict(as_series=False))


def by_duckdb(file: Path) -> Columns:
    with importlib.import_module("duckdb").connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        # By Arrow: DuckDB 1.5 needs pytz for moments as Python objects.
        table = connection.sql(f"SELECT * FROM '{file}'").to_arrow_table()
        return {name: column.to_pylist() for name, column in zip(*columns(table))}


def by_clickhouse(file: Path) -> Columns:
    chdb = importlib.import_module("chdb")
    settings = "output_format_arrow_string_as_string = 0, session_timezone = 'UTC'"
    result = chdb.query(f"SELECT * FROM file('{file}', Parquet) SETTINGS {settings}", "ArrowStream")
    table = pyarrow.ipc.open_stream(result.bytes()).read_all()
    return {name: column.to_pylist() for name, column in zip(*columns(table))}


def by_fastparquet(file: Path) -> Columns:
    source = importlib.import_module("fastparquet").ParquetFile(str(file))
    read: Columns = {}
    for name in source.columns:
        try:
            read[name] = list(source.to_pandas(columns=[name])[name])
        except TypeError as error:
            # An error, not another value: its truth values with absent ones, with pandas 3.
            assert "NA is ambiguous" in str(error), name
            read[name] = by_pyarrow(file)[name]
            assert pyarrow.types.is_boolean(parquet.read_schema(file).field(name).type), name
    return read


@pytest.fixture(scope="module")
def by_spark() -> Iterator[Callable[[Path], Columns]]:
    sql = pytest.importorskip("pyspark.sql")
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        pytest.skip("there is no Java")
    builder = sql.SparkSession.builder.master("local[2]")
    for name, value in {"spark.ui.enabled": "false", "spark.sql.session.timeZone": "UTC"}.items():
        builder = builder.config(name, value)
    session = builder.config("spark.driver.bindAddress", "127.0.0.1").getOrCreate()

    def read(file: Path) -> Columns:
        table = session.read.parquet(str(file)).toArrow()
        return {name: column.to_pylist() for name, column in zip(*columns(table))}

    yield read
    session.stop()


#: What a program cannot represent: (program, value that is wanted) -> what it returns. docs/python.md lists them.
LIMITS: dict[str, Callable[[str, str, Any], Any]] = {
    # No type of ClickHouse is both an array and absent.
    "clickhouse": lambda table, column, want: [] if column == "contour" and want is None else want,
    "fastparquet": lambda table, column, want: _fastparquet(column, want),
}


def _fastparquet(column: str, want: Any) -> Any:
    """Lists of structs are absent there, and a date is its midnight."""
    if column in ("contour", "points_raw"):
        return None
    return f"{want}T00:00:00" if column in ("study_date", "acquisition_date") and want else want


def compare(program: str, read: Callable[[Path], Columns], tables: list[Path]) -> None:
    limit = LIMITS.get(program, lambda table, column, want: want)
    wrong = []
    for file in tables:
        got = read(file)
        want = by_pyarrow(file)
        assert list(got) == list(want), file.name
        for name in want:
            pairs = zip(got[name], want[name], strict=True)
            for row, (value, wanted) in enumerate(pairs):
                value, wanted = plain(value), limit(file.stem, name, plain(wanted))
                # ClickHouse and pandas write text as bytes, and whole numbers as floating point beside absent ones.
                if isinstance(value, bytes) and isinstance(wanted, str):
                    value = value.decode()
                if program == "clickhouse" and isinstance(value, list):
                    value = [item.decode() if isinstance(item, bytes) else item for item in value]
                if value != wanted:
                    wrong.append(f"{file.stem}.{name}[{row}]: {value!r}, not {wanted!r}")
                    break
    assert not wrong, "\n".join(wrong)


READERS = {
    "pandas": ("pandas", by_pandas),
    "polars": ("polars", by_polars),
    "duckdb": ("duckdb", by_duckdb),
    "clickhouse": ("chdb", by_clickhouse),
    "fastparquet": ("fastparquet", by_fastparquet),
}


@pytest.mark.parametrize("program", READERS)
def test_a_program_reads_every_value(program: str, tables: list[Path]) -> None:
    module, read = READERS[program]
    pytest.importorskip(module)
    compare(program, read, tables)


def test_spark_reads_every_value(by_spark: Callable[[Path], Columns], tables: list[Path]) -> None:
    compare("spark", by_spark, tables)
