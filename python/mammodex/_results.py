"""What the commands return."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Mapping


@dataclass(frozen=True)
class AttritionStep:
    """One step of a cohort, and what is left after it."""

    step: str
    patients: int
    images: int
    excluded: int
    """Members that this step excludes, of those that the steps before it left."""
    excluded_alone: int
    """Members that it would exclude by itself."""


@dataclass(frozen=True)
class Cohort:
    """A saved cohort; `cohorts.NAME` in SQL."""

    name: str
    unit: str
    """patient, breast, image or lesion."""
    patients: int
    images: int
    snapshot: int
    """Number of the snapshot that it was made from."""
    note: str | None
    attrition: tuple[AttritionStep, ...]


@dataclass(frozen=True)
class Split:
    """A saved split; `splits.NAME` in SQL."""

    name: str
    cohort: str
    patients: int
    """Patients who have a part."""
    parts: Mapping[str, int]
    """Patients of each part, in the order of the request."""
    seed: int
    snapshot: int


@dataclass(frozen=True)
class Manifest:
    """A manifest on disk, and its provenance."""

    path: Path
    provenance_path: Path
    rows: int
    provenance: Mapping[str, Any]
    """The whole record: request, snapshot, SQL, counts, checksums."""
    complete: bool
    """Whether every file could be used; false when images were excluded for an error."""


@dataclass(frozen=True)
class Difference:
    """A difference between a manifest and disk or catalog."""

    what: Mapping[str, Any]


@dataclass(frozen=True)
class Verification:
    """A manifest compared with disk and catalog. True when nothing differs."""

    differences: tuple[Difference, ...]

    def __bool__(self) -> bool:
        return not self.differences


@dataclass(frozen=True)
class IndexResult:
    """A run of the indexer."""

    catalog: Path
    snapshot: int | None
    """Number of the current snapshot; none where `strict` kept the run from being published."""
    is_new: bool
    """Whether the run made that snapshot: false where nothing changed."""
    profile: str
    files: int
    read: int
    """Files that had to be read; the others are unchanged since the last run."""
    rows: Mapping[str, int]
    """Rows of each table."""
    findings: Mapping[str, int]
    """Findings by code, such as `file-unrecognised`; their rows are in the table `issues`."""
    errors: int
    """How many of them are of severity error."""
