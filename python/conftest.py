"""A synthetic data set and its catalog, made once and copied for whoever changes it."""

import importlib.util
import shutil
from pathlib import Path

import pytest

import mammodex

#: Modules that need an engine are not collected for their doctests without it.
collect_ignore = [
    path
    for engine, paths in {"pyspark": ["mammodex/spark.py", "pyspark_mammodex"], "ray": ["mammodex/ray.py"]}.items()
    for path in paths
    if importlib.util.find_spec(engine) is None
]


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    mammodex.sample(folder / "data", patients=12, seed=7)
    mammodex.index(folder / "data", catalog=folder / "catalog", progress=False)
    return folder


@pytest.fixture
def sample(made: Path, tmp_path: Path) -> Path:
    """A folder with the data set alone."""
    (tmp_path / "data").symlink_to(made / "data")
    return tmp_path


@pytest.fixture
def catalog(made: Path, tmp_path: Path) -> Path:
    """A catalog of one's own."""
    shutil.copytree(made / "catalog", tmp_path / "catalog", symlinks=True)
    return tmp_path / "catalog"
