"""The package over the command: typed results, exceptions, one snapshot at a time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import mammodex


def test_tables_come_as_arrow_polars_and_pandas(catalog: Path) -> None:
    with mammodex.open(catalog) as opened:
        pyarrow = pytest.importorskip("pyarrow")
        polars = pytest.importorskip("polars")
        pandas = pytest.importorskip("pandas")
        assert isinstance(opened.images(), pyarrow.Table)
        assert isinstance(opened.patients(to="polars"), polars.DataFrame)
        assert isinstance(opened.lesions("pandas"), pandas.DataFrame)
        assert opened.images("pandas", where="view = 'RCC'").shape[0] == 12
        with pytest.raises(ValueError, match="arrow, polars and pandas"):
            opened.images("excel")  # type: ignore[call-overload]


def test_views_macros_cohorts_and_splits_answer_as_the_command_does(catalog: Path) -> None:
    opened = mammodex.open(catalog)
    opened.cohort("sick", diagnosis="malignant")
    opened.split("s", cohort="sick", ratios={"a": 0.5, "b": 0.5}, seed=3)
    for sql in [
        "SELECT count(*) AS n FROM cases",
        "SELECT count(*) AS n FROM t_at_least('1c')",
        "SELECT count(*) AS n FROM cohorts.sick",
        "SELECT count(*) AS n FROM splits.s WHERE split = 'a'",
        "SELECT t_rank('T2') AS n",
    ]:
        answer = mammodex.run("query", "--format", "csv", sql, "--catalog", catalog).splitlines()[1]
        assert str(opened.sql(sql).fetchall()[0][0]) == answer, sql


def test_an_error_has_the_words_of_the_command(catalog: Path) -> None:
    opened = mammodex.open(catalog)
    with pytest.raises(mammodex.MammodexError, match="benign, malignant, normal") as error:
        opened.cohort("x", diagnosis="malignnt")
    assert error.value.code == 2 and "cohort" in error.value.arguments
    with pytest.raises(mammodex.MammodexError, match="no split is called 'nothing'"):
        opened.split("nothing")
    opened.cohort("twice", where="true")
    with pytest.raises(mammodex.MammodexError, match="there is a cohort twice already; --force"):
        opened.cohort("twice", where="true")
    assert opened.cohort("twice").patients == 12


def test_a_session_stays_with_its_snapshot(made: Path, catalog: Path) -> None:
    opened = mammodex.open(catalog)
    # Another profile: other rows, so that a second snapshot becomes current.
    again = mammodex.index(made / "data", catalog=catalog, tags=["ExposureTime"], progress=False)
    assert (again.snapshot, again.is_new, again.read) == (2, True, again.files)
    assert opened.sql("SELECT count(*) FROM duckdb_views() WHERE view_name = 'tags'").fetchall() == [(0,)]
    opened.cohort("late", where="true")
    assert opened.cohort("late").snapshot == 1
    assert mammodex.open(catalog).snapshot == 2
    assert mammodex.open(catalog, snapshot=1).snapshot == 1
    same = mammodex.index(made / "data", catalog=catalog, tags=["ExposureTime"], progress=False)
    assert (same.snapshot, same.is_new) == (2, False)


def test_a_manifest_is_verified_and_a_changed_one_is_not(catalog: Path, tmp_path: Path) -> None:
    opened = mammodex.open(catalog)
    opened.cohort("all", where="true")
    manifest = opened.manifest("all", tmp_path / "m.csv", label="p.diagnosis = 'malignant'")
    assert manifest.rows == 48 and manifest.complete
    assert manifest.provenance["snapshot"]["id"] == 1
    assert opened.verify(manifest)
    lines = manifest.path.read_text().splitlines()
    manifest.path.write_text("\n".join(lines[:-1]) + "\n")
    verification = opened.verify(manifest.path)
    assert not verification and verification.differences[0].what


def test_progress_counts_to_the_number_of_files(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from mammodex import _index

    class Bar:
        def __init__(self) -> None:
            self.n, self.total, self.closed = 0, 0, False

        def update(self, more: int) -> None:
            self.n += more

        def close(self) -> None:
            self.closed = True

    bar = Bar()
    monkeypatch.setattr(_index, "_bar", lambda: bar)
    result = mammodex.index(made / "data", catalog=tmp_path / "c")
    assert (bar.n, bar.total, bar.closed) == (result.files, result.files, True)


def test_an_index_that_cannot_run_raises(tmp_path: Path) -> None:
    with pytest.raises(mammodex.MammodexError, match="nothing-here"):
        mammodex.index(tmp_path / "nothing-here", catalog=tmp_path / "c", progress=False)


def test_the_command_runs_as_a_module() -> None:
    done = subprocess.run([sys.executable, "-m", "mammodex", "--version"], capture_output=True, text=True)
    assert done.stdout.startswith("mammodex "), done.stderr


def test_a_missing_binary_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAMMODEX_BINARY", "/no/such/file")
    with pytest.raises(mammodex.MammodexError, match="cannot be run"):
        mammodex.binary()
