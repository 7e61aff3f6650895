"""The command lines of docs/scale.md for schedulers, run by a shell as their jobs run them."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

import mammodex

GUIDE = Path(__file__).parents[2] / "docs" / "scale.md"


def script(scheduler: str) -> str:
    """The script of one job, as the scheduler hands it to a shell."""
    text = GUIDE.read_text(encoding="utf-8")
    section = re.split(r"^## ", text.split(f"## {scheduler}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]
    if scheduler == "Slurm":
        found = re.search(r"--wrap '(.*?)'$", section, re.DOTALL | re.MULTILINE)
        assert found is not None
        return found[1]
    # A plain scalar of YAML: its lines are joined by blanks.
    lines = section.split("args:\n", 1)[1].strip().removeprefix("- ").splitlines()
    return " ".join(line.strip() for line in lines)


@pytest.mark.parametrize(
    ("scheduler", "variable"), [("Slurm", "SLURM_ARRAY_TASK_ID"), ("Kubernetes", "JOB_COMPLETION_INDEX")]
)
def test_an_array_of_jobs_makes_the_catalog(scheduler: str, variable: str, made: Path, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "mammodex").symlink_to(mammodex.binary())
    data = made / "data"
    mammodex.run("plan", data, "--shards", "3", "--profile", "ncc", "-o", tmp_path / "plan")
    command = script(scheduler).replace("/data/ncc", str(data)).replace("/work/", f"{tmp_path}/")
    assert variable in command
    environment = os.environ | {"PATH": f"{tmp_path}/bin:{os.environ['PATH']}"}
    for number in ["2", "0", "1", "1"]:
        subprocess.run(["sh", "-c", command], cwd=tmp_path, env=environment | {variable: number}, check=True)
    assert sorted(path.name for path in (tmp_path / "shards").iterdir()) == ["00000", "00001", "00002"]
    mammodex.link(data, [tmp_path / "shards"], catalog=tmp_path / "catalog", progress=False)
    for path in (made / "catalog" / "current").glob("*.parquet"):
        assert (tmp_path / "catalog" / "current" / path.name).read_bytes() == path.read_bytes(), path.name
