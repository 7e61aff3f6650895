"""Data sets and shards of them become catalogs."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any, Callable, Sequence

from ._binary import MammodexError, command_line, failure, run
from ._results import IndexResult

PathLike = str | os.PathLike[str]


def index(
    dataset: PathLike,
    *,
    catalog: PathLike = "catalog",
    profile: str | None = None,
    files_from: PathLike | None = None,
    tags: Sequence[str] = (),
    hash_pixels: bool = False,
    jobs: int | None = None,
    strict: bool = False,
    force: bool = False,
    progress: bool = True,
) -> IndexResult:
    """Indexes a data set: DICOM headers, clinical tables and annotations become Parquet tables.

    Options are those of `mammodex index`. `progress` shows a bar, in notebooks too, where tqdm is installed.
    Files that cannot be read do not raise: `IndexResult.errors` counts what the table `issues` lists.

    >>> folder = getfixture("sample")
    >>> result = index(folder / "data", catalog=folder / "catalog", progress=False)
    >>> result.rows["images"], result.errors
    (48, 0)
    """
    arguments: list[PathLike] = ["index", dataset, "--catalog", catalog, "--progress", "json"]
    if profile is not None:
        arguments += ["--profile", profile]
    if files_from is not None:
        arguments += ["--files-from", files_from]
    if tags:
        arguments += ["--tags", ",".join(tags)]
    if jobs is not None:
        arguments += ["--jobs", str(jobs)]
    for name, wanted in (("--hash-pixels", hash_pixels), ("--strict", strict), ("--force", force)):
        arguments += [name] if wanted else []
    return make_snapshot(arguments, catalog, strict=strict, progress=progress)


def link(
    dataset: PathLike,
    shards: Sequence[PathLike],
    *,
    catalog: PathLike = "catalog",
    profile: str | None = None,
    pseudonym_key: PathLike | None = None,
    files_from: PathLike | None = None,
    read_uncovered: bool = False,
    jobs: int | None = None,
    strict: bool = False,
    force: bool = False,
    progress: bool = True,
) -> IndexResult:
    """Links shards of a data set, made by `mammodex scan`, into a catalog. Options are those of `mammodex link`.

    >>> folder = getfixture("sample")
    >>> _ = run("scan", folder / "data", "--profile", "ncc", "--into", folder / "shard")
    >>> link(folder / "data", [folder / "shard"], catalog=folder / "catalog", progress=False).rows["images"]
    48
    """
    arguments: list[PathLike] = ["link", dataset, *shards, "--catalog", catalog, "--progress", "json"]
    if profile is not None:
        arguments += ["--profile", profile]
    if pseudonym_key is not None:
        arguments += ["--pseudonym-key", pseudonym_key]
    if files_from is not None:
        arguments += ["--files-from", files_from]
    if jobs is not None:
        arguments += ["--jobs", str(jobs)]
    for name, wanted in (("--read-uncovered", read_uncovered), ("--strict", strict), ("--force", force)):
        arguments += [name] if wanted else []
    return make_snapshot(arguments, catalog, strict=strict, progress=progress)


def make_snapshot(arguments: Sequence[PathLike], catalog: PathLike, *, strict: bool, progress: bool) -> IndexResult:
    """Runs a command that publishes a snapshot, follows its progress and returns its report."""
    line = command_line(arguments)
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as stderr:
        process = subprocess.Popen(line, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=stderr, text=True)
        report: dict[str, Any] | None = None
        try:
            assert process.stdout is not None
            with process.stdout as out:
                report = _follow(out, _bar() if progress else None)
            code = process.wait()
        except BaseException:
            process.terminate()
            process.wait()
            raise
        stderr.seek(0)
        said = stderr.read()
    if code not in (0, 1) or report is None:
        raise failure(code, said, line)
    if report["snapshot"] is None and strict:
        raise MammodexError(said.strip(), code=code, arguments=line[1:])
    return IndexResult(
        catalog=Path(catalog),
        snapshot=report["snapshot"],
        is_new=report["is_new"],
        profile=report["profile"],
        files=report["files"],
        read=report["read"],
        rows=report["rows"],
        findings={finding["code"]: finding["count"] for finding in report["findings"]},
        errors=sum(f["count"] for f in report["findings"] if f["severity"] == "error"),
    )


def _follow(lines: Any, bar: Any) -> dict[str, Any] | None:
    """Moves the bar as the lines come, and returns the last, which is the report."""
    report: dict[str, Any] | None = None
    for line in lines:
        message = json.loads(line)
        if "done" not in message:
            report = message
        elif bar is not None:
            bar.total = message["found"]
            bar.update(message["done"] - bar.n)
    if bar is not None:
        bar.close()
    return report


def _bar() -> Any:
    """Returns a progress bar, if tqdm is there."""
    try:
        from tqdm.auto import tqdm
    except ImportError:
        return None
    bar: Callable[..., Any] = tqdm
    return bar(unit=" files", desc="index", leave=False)


def sample(
    folder: PathLike, *, patients: int = 200, seed: int = 42, pixels: str = "small", readers: int = 1, flaws: bool = False
) -> Path:
    """Writes a synthetic data set to try mammodex on, and returns its folder.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     len(list(sample(folder + "/data", patients=4, pixels="none").rglob("*.dcm")))
    16
    """
    arguments = ["sample", os.fspath(folder), "--patients", str(patients), "--seed", str(seed), "--pixels", pixels]
    arguments += ["--readers", str(readers)] + (["--flaws"] if flaws else [])
    run(*arguments)
    return Path(folder)
