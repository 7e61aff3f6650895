"""A catalog opened with DuckDB."""

from __future__ import annotations

import json
import os
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Mapping, Sequence, overload

import duckdb

from ._binary import MammodexError, call, rows, run
from ._results import AttritionStep, Cohort, Difference, Manifest, Split, Verification

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

    from .dataset import SplitDataset

PathLike = str | os.PathLike[str]
Frame = Literal["arrow", "polars", "pandas"]


def open(
    catalog: PathLike = "catalog",
    *,
    snapshot: int | None = None,
    connection: duckdb.DuckDBPyConnection | None = None,
) -> Catalog:
    """Opens a catalog: the newest snapshot, or that of a number.

    `current` is resolved once, so that a run of the indexer meanwhile changes nothing for what was opened.
    Tables, views, macros, cohorts and splits become views of `connection`, by default a new one in memory.

    >>> folder = getfixture("catalog")
    >>> catalog = open(folder)
    >>> catalog.snapshot
    1
    >>> open(folder / "nothing")
    Traceback (most recent call last):
        ...
    mammodex._binary.MammodexError: ...
    """
    return Catalog(catalog, snapshot=snapshot, connection=connection)


class Catalog:
    """One snapshot of a catalog, ready for SQL and for what the command makes of it."""

    connection: duckdb.DuckDBPyConnection
    """DuckDB with everything registered."""
    path: Path
    """The catalog's folder."""
    snapshot: int
    """Number of the snapshot."""

    def __init__(
        self,
        catalog: PathLike,
        *,
        snapshot: int | None = None,
        connection: duckdb.DuckDBPyConnection | None = None,
    ) -> None:
        self.path = Path(catalog)
        script = self._script(snapshot)
        # The first line: "-- Snapshot 3 of …".
        self.snapshot = int(script.split(maxsplit=3)[2])
        self._owns = connection is None
        self.connection = duckdb.connect() if connection is None else connection
        self.connection.execute(script)

    def _script(self, snapshot: int | None) -> str:
        chosen = [] if snapshot is None else ["--snapshot", str(snapshot)]
        return run("schema", "--format", "sql", "--catalog", self.path, *chosen)

    def _run(self, *arguments: PathLike) -> str:
        return run(*arguments, "--catalog", self.path)

    def _call(self, *arguments: PathLike) -> tuple[int, str]:
        """Runs the command where exit code 1 is a result: errors were recorded, or a check failed."""
        return call([*arguments, "--catalog", self.path], accept=(0, 1))

    def refresh(self) -> None:
        """Registers cohorts and splits that were made since, by others too; the snapshot stays."""
        self.connection.execute(self._script(self.snapshot))

    def close(self) -> None:
        """Closes the connection, unless it is yours."""
        if self._owns:
            self.connection.close()

    def __enter__(self) -> Catalog:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<mammodex catalog {str(self.path)!r}, snapshot {self.snapshot}>"

    # Queries.

    def sql(self, query: str) -> duckdb.DuckDBPyRelation:
        """Returns a query as DuckDB's relation: `.df()`, `.pl()`, `.to_arrow_table()`, `.show()`.

        >>> open(getfixture("catalog")).sql("SELECT count(*) FROM cases").fetchall()
        [(12,)]
        """
        return self.connection.sql(query)

    def execute(self, query: str, parameters: object = None) -> duckdb.DuckDBPyConnection:
        """Runs a query with values for `?` or `$name` in it."""
        return self.connection.execute(query, parameters)

    @overload
    def frame(self, query: str, to: Literal["arrow"] = ...) -> pyarrow.Table: ...
    @overload
    def frame(self, query: str, to: Literal["polars"]) -> polars.DataFrame: ...
    @overload
    def frame(self, query: str, to: Literal["pandas"]) -> pandas.DataFrame: ...
    def frame(self, query: str, to: Frame = "arrow") -> Any:
        """Returns the rows of a query as a table of Arrow, polars or pandas."""
        done = self.connection.sql(query)
        if to == "arrow":
            return done.to_arrow_table()
        if to == "polars":
            return done.pl()
        if to == "pandas":
            return done.df()
        raise ValueError(f"{to!r} is not a kind of table; there are arrow, polars and pandas")

    @overload
    def table(self, name: str, to: Literal["arrow"] = ..., where: str | None = ...) -> pyarrow.Table: ...
    @overload
    def table(self, name: str, to: Literal["polars"], where: str | None = ...) -> polars.DataFrame: ...
    @overload
    def table(self, name: str, to: Literal["pandas"], where: str | None = ...) -> pandas.DataFrame: ...
    def table(self, name: str, to: Frame = "arrow", where: str | None = None) -> Any:
        """Returns a table or view whole, or its rows that meet a condition: `images`, `cohorts.young`.

        >>> open(getfixture("catalog")).table("lesions", where="view = 'LCC'").num_columns > 10
        True
        """
        quoted = ".".join('"' + part.replace('"', '""') + '"' for part in name.split("."))
        condition = "" if where is None else f" WHERE {where}"
        return self.frame(f"SELECT * FROM {quoted}{condition}", to)

    @overload
    def images(self, to: Literal["arrow"] = ..., where: str | None = ...) -> pyarrow.Table: ...
    @overload
    def images(self, to: Literal["polars"], where: str | None = ...) -> polars.DataFrame: ...
    @overload
    def images(self, to: Literal["pandas"], where: str | None = ...) -> pandas.DataFrame: ...
    def images(self, to: Frame = "arrow", where: str | None = None) -> Any:
        """Returns the images: one row per DICOM file."""
        return self.table("images", to, where)

    @overload
    def patients(self, to: Literal["arrow"] = ..., where: str | None = ...) -> pyarrow.Table: ...
    @overload
    def patients(self, to: Literal["polars"], where: str | None = ...) -> polars.DataFrame: ...
    @overload
    def patients(self, to: Literal["pandas"], where: str | None = ...) -> pandas.DataFrame: ...
    def patients(self, to: Frame = "arrow", where: str | None = None) -> Any:
        """Returns the clinical records: one row per case.

        >>> open(getfixture("catalog")).patients(where="diagnosis = 'malignant'").num_rows
        2
        """
        return self.table("patients", to, where)

    @overload
    def lesions(self, to: Literal["arrow"] = ..., where: str | None = ...) -> pyarrow.Table: ...
    @overload
    def lesions(self, to: Literal["polars"], where: str | None = ...) -> polars.DataFrame: ...
    @overload
    def lesions(self, to: Literal["pandas"], where: str | None = ...) -> pandas.DataFrame: ...
    def lesions(self, to: Frame = "arrow", where: str | None = None) -> Any:
        """Returns the contours: one row each."""
        return self.table("lesions", to, where)

    # What the command makes.

    def cohort(
        self,
        name: str,
        *,
        where: str | Sequence[str] | None = None,
        sql: str | None = None,
        unit: Literal["patient", "breast", "image", "lesion"] = "patient",
        note: str | None = None,
        replace: bool = False,
        **steps: str | Sequence[str],
    ) -> Cohort:
        """Returns the saved cohort of that name; makes it first where `where`, `sql` or steps say how.

        Steps are the options of `mammodex cohort create` in the order given: `diagnosis="malignant"`,
        `t_stage=">=2"`, `vendor=["GE", "Hologic"]`, `view=["RCC", "LCC"]`.

        >>> catalog = open(getfixture("catalog"))
        >>> cohort = catalog.cohort("grown", diagnosis="malignant", where="p.age_years >= 18", replace=True)
        >>> cohort.patients, [step.step for step in cohort.attrition][1]
        (2, 'diagnosis: malignant')
        >>> catalog.sql("SELECT count(*) FROM cohorts.grown").fetchall()
        [(2,)]
        """
        options: list[str] = []
        for option, value in {**steps, "sql": sql, "where": where}.items():
            if value is None:
                continue
            flag = "--" + option.replace("_", "-")
            if option == "where" and not isinstance(value, str):
                options += [f"{flag}={condition}" for condition in value]
            else:
                options.append(f"{flag}={value if isinstance(value, str) else ','.join(value)}")
        if options:
            options += [f"--unit={unit}"] + ([f"--note={note}"] if note else [])
            self._run("cohort", "create", name, *options, *self._pinned(), *(["--force"] if replace else []))
            self.refresh()
        row = self._named("cohort", name)
        steps_text = self._run("cohort", "show", name, "--format", "json", *self._pinned())
        return Cohort(
            name=name,
            unit=row["unit"],
            patients=row["patients"],
            images=row["images"],
            snapshot=row["snapshot"],
            note=row["note"],
            attrition=tuple(AttritionStep(**_known(AttritionStep, step)) for step in rows(steps_text)),
        )

    def split(
        self,
        name: str,
        *,
        cohort: str | None = None,
        ratios: Mapping[str, float] | None = None,
        counts: Mapping[str, int] | None = None,
        folds: int | None = None,
        stratify: Sequence[str] = (),
        seed: int = 0,
        replace: bool = False,
        options: Sequence[str] = (),
    ) -> Split:
        """Returns the saved split of that name; makes it first where a cohort is given.

        `options` are further arguments of `mammodex split create`, such as `["--hold-out", "vendor=Siemens"]`.

        >>> catalog = open(getfixture("catalog"))
        >>> _ = catalog.cohort("everyone", where="true", replace=True)
        >>> split = catalog.split("half", cohort="everyone", ratios={"train": 0.5, "test": 0.5}, replace=True)
        >>> dict(split.parts)
        {'train': 6, 'test': 6}
        """
        if cohort is not None:
            arguments = ["--cohort", cohort, "--seed", str(seed), *self._pinned(), *options]
            for flag, shares in (("--ratios", ratios), ("--counts", counts)):
                if shares is not None:
                    arguments += [flag, ",".join(f"{part}={share}" for part, share in shares.items())]
            arguments += ["--folds", str(folds)] if folds is not None else []
            arguments += ["--stratify", ",".join(stratify)] if stratify else []
            self._run("split", "create", name, *arguments, *(["--force"] if replace else []))
            self.refresh()
        row = self._named("split", name)
        parts = [part.rsplit(" ", 1) for part in row["parts"].split(", ")]
        return Split(
            name=name,
            cohort=row["cohort"],
            patients=row["patients"],
            parts={part: int(count.replace(",", "")) for part, count in parts},
            seed=row["seed"],
            snapshot=row["snapshot"],
        )

    def manifest(
        self,
        source: str,
        output: PathLike,
        *,
        format: str | None = None,
        label: str | None = None,
        columns: Sequence[str] = (),
        include: Sequence[Literal["discarded", "incomplete", "errors"]] = (),
        replace: bool = False,
        options: Sequence[str] = (),
    ) -> Manifest:
        """Writes the images of a split or cohort for model training, with provenance beside the list.

        `options` are further arguments of `mammodex manifest create`.

        >>> folder = getfixture("tmp_path")
        >>> catalog = open(getfixture("catalog"))
        >>> _ = catalog.cohort("everyone", where="true", replace=True)
        >>> manifest = catalog.manifest("everyone", folder / "images.csv")
        >>> manifest.rows, bool(catalog.verify(manifest))
        (48, True)
        """
        arguments: list[PathLike] = ["manifest", "create", source, "--output", output, *self._pinned()]
        arguments += ["--format", format] if format else []
        arguments += ["--label", label] if label else []
        arguments += ["--columns", ",".join(columns)] if columns else []
        for what in include:
            arguments += ["--include", what]
        code, _ = self._call(*arguments, *options, *(["--force"] if replace else []))
        record = Path(f"{os.fspath(Path(output))}.provenance.json")
        provenance = json.loads(record.read_text(encoding="utf-8"))
        return Manifest(
            path=Path(output),
            provenance_path=record,
            rows=provenance["manifest"]["rows"],
            provenance=provenance,
            complete=code == 0,
        )

    def verify(self, manifest: Manifest | PathLike, *, root: PathLike | None = None) -> Verification:
        """Compares a manifest with disk and catalog; the result is true when nothing differs."""
        path = manifest.path if isinstance(manifest, Manifest) else manifest
        elsewhere: list[PathLike] = [] if root is None else ["--root", root]
        _, text = self._call("manifest", "verify", path, *elsewhere, "--format", "json")
        return Verification(tuple(Difference(row) for row in rows(text)))

    def dataset(self, split: str, part: str | None = None, **options: Any) -> SplitDataset:
        """Returns the images of a split, or of one of its parts, as a dataset for PyTorch: see `dataset`."""
        from .dataset import SplitDataset

        return SplitDataset(self, split, part, **options)

    def _pinned(self) -> list[str]:
        return ["--snapshot", str(self.snapshot)]

    def _named(self, kind: str, name: str) -> dict[str, Any]:
        for row in rows(self._run(kind, "list", "--format", "json")):
            if row["name"] == name:
                return row
        raise MammodexError(f"no {kind} is called {name!r} in {self.path}")


def _known(kind: type, row: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the values of a row that a result has a field for."""
    return {field: row[field] for field in kind.__dataclass_fields__}  # type: ignore[attr-defined]
