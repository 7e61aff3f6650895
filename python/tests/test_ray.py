"""Ray reads a data set and indexes it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Iterator

import duckdb
import pytest

ray = pytest.importorskip("ray")
pytest.importorskip("ray.data")

import mammodex.ray  # noqa: E402

PACKAGES = str(Path(__file__).parents[1])


@pytest.fixture(scope="module", autouse=True)
def cluster() -> Iterator[None]:
    """Two workers on this machine, without the dashboard."""
    environment = {"PYTHONPATH": PACKAGES, "MAMMODEX_BINARY": os.environ.get("MAMMODEX_BINARY", "")}
    ray.init(
        num_cpus=2,
        include_dashboard=False,
        object_store_memory=200_000_000,
        runtime_env={"env_vars": environment},
        log_to_driver=False,
    )
    ray.data.DataContext.get_current().enable_progress_bars = False
    yield
    ray.shutdown()


def rows(relation: str, **registered: object) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for name, data in registered.items():
            connection.register(name, data)
        return connection.execute(f"SELECT * FROM {relation} ORDER BY ALL").fetchall()


def test_a_dataset_has_the_images(made: Path) -> None:
    import pyarrow

    images = mammodex.ray.read(made / "data", profile="ncc", shards=3)
    table = pyarrow.concat_tables(ray.get(images.to_arrow_refs()))
    assert rows("read", read=table) == rows(f"'{made}/catalog/current/images.parquet'")
    issues = mammodex.ray.read(made / "data", profile="ncc", table="issues", shards=1)
    assert [row["code"] for row in issues.take_all()] == ["file-unrecognised"]


def test_a_cluster_makes_the_catalog(made: Path, tmp_path: Path) -> None:
    result = mammodex.ray.index(made / "data", tmp_path / "catalog", profile="ncc", shards=3)
    assert result.rows["images"] == 48
    mammodex.ray.index(made / "data", tmp_path / "shared", profile="ncc", shards=2, into=tmp_path / "shards")
    for path in (made / "catalog" / "current").glob("*.parquet"):
        for catalog in ("catalog", "shared"):
            assert (tmp_path / catalog / "current" / path.name).read_bytes() == path.read_bytes(), path.name


def test_a_plan_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(mammodex.MammodexError, match="is not a plan"):
        mammodex.ray.read(tmp_path, profile="ncc", plan=tmp_path / "plan")
