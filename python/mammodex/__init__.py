"""A catalog of mammograms in Python.

`open` connects to a catalog with DuckDB: tables, views, macros, cohorts and splits of one snapshot.
`index` makes a catalog of a folder of images, and `Catalog` has a method for each thing that the command
`mammodex` makes: cohorts, splits, manifests. Results are frozen dataclasses, failures are
`MammodexError` with the command's own words.

>>> import mammodex
>>> folder = getfixture("sample")  # a folder with a data set of 12 patients
>>> result = mammodex.index(folder / "data", catalog=folder / "catalog", progress=False)
>>> result.rows["patients"]
12
>>> catalog = mammodex.open(folder / "catalog")
>>> catalog.execute("SELECT count(*) FROM images").fetchone()
(48,)
"""

from ._binary import MammodexError, binary, run
from ._catalog import Catalog, open
from ._index import index, link, sample
from ._results import (
    AttritionStep,
    Cohort,
    Difference,
    IndexResult,
    Manifest,
    Split,
    Verification,
)

__all__ = [
    "AttritionStep",
    "Catalog",
    "Cohort",
    "Difference",
    "IndexResult",
    "Manifest",
    "MammodexError",
    "Split",
    "Verification",
    "binary",
    "index",
    "link",
    "open",
    "run",
    "sample",
]
