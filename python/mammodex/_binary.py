"""The command `mammodex` and how it is called."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Sequence


class MammodexError(Exception):
    """The command could not do what it was asked.

    `str(error)` is what it said, with its advice; `code` its exit code, `arguments` what it was called with.
    """

    def __init__(self, message: str, *, code: int = 2, arguments: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.arguments = tuple(arguments)


def binary() -> Path:
    """Returns the path of the command: `MAMMODEX_BINARY`, else that of this package, else that on `PATH`.

    >>> binary().name
    'mammodex'
    """
    named = os.environ.get("MAMMODEX_BINARY")
    if named:
        if os.access(named, os.X_OK):
            return Path(named)
        raise MammodexError(f"MAMMODEX_BINARY is {named!r}, which cannot be run")
    packed = Path(__file__).parent / "bundle" / "mammodex"
    if packed.is_file():
        return packed
    # The script that pip installs calls this package: only another program of that name will do.
    own = {Path(sys.argv[0]).resolve(), Path(sys.executable).with_name("mammodex").resolve()}
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        found = shutil.which("mammodex", path=folder)
        if found and Path(found).resolve() not in own:
            return Path(found)
    raise MammodexError(
        "no mammodex binary: install a wheel that has one, put it on PATH, or name it in MAMMODEX_BINARY"
    )


def command_line(arguments: Sequence[str | os.PathLike[str]]) -> list[str]:
    """Returns the command with its arguments as texts."""
    return [str(binary()), *(os.fspath(argument) for argument in arguments)]


def run(*arguments: str | os.PathLike[str]) -> str:
    """Runs the command and returns what it wrote to stdout.

    Raises `MammodexError` when it could not run, or when it recorded errors (exit code 1).

    >>> run("--version").split()[0]
    'mammodex'
    >>> run("cohort", "show", "nobody", "--catalog", "/nowhere")
    Traceback (most recent call last):
        ...
    mammodex._binary.MammodexError: ...
    """
    return call(arguments)[1]


def call(arguments: Sequence[str | os.PathLike[str]], accept: Sequence[int] = (0,)) -> tuple[int, str]:
    """Runs the command and returns its exit code, one of `accept`, and what it wrote to stdout."""
    line = command_line(arguments)
    done = subprocess.run(
        line, stdin=subprocess.DEVNULL, capture_output=True, text=True, encoding="utf-8", errors="replace"
    )
    if done.returncode not in accept:
        raise failure(done.returncode, done.stderr, line)
    return done.returncode, done.stdout


def failure(code: int, stderr: str, line: Sequence[str]) -> MammodexError:
    """Returns the error for what a command said when it failed."""
    text = stderr.strip() or f"mammodex ended with exit code {code} and said nothing"
    return MammodexError(text.removeprefix("error: ").removeprefix("mammodex: "), code=code, arguments=line[1:])


def rows(text: str) -> list[dict[str, Any]]:
    """Returns the rows of a result in JSON."""
    found = json.loads(text)
    if not isinstance(found, list):
        raise MammodexError(f"the command wrote {text[:80]!r}, not a list of rows")
    return found
