"""The images of a split for training: pixels by pydicom, masks from contours.

Needs `pip install mammodex[dataset]`; pydicom and numpy are imported when pixels are read. PyTorch is not
needed: a dataset is a sequence, which `torch.utils.data.DataLoader` takes as it is.

>>> import mammodex
>>> catalog = mammodex.open(getfixture("catalog"))
>>> _ = catalog.cohort("everyone", where="true", replace=True)
>>> _ = catalog.split("half", cohort="everyone", ratios={"train": 0.5, "test": 0.5}, replace=True)
>>> train = catalog.dataset("half", "train", label="p.diagnosis = 'malignant'")
>>> len(train), sorted({item.label for item in train.items})
(24, ['0', '1'])
>>> item = train[0]
>>> item["pixels"].shape == item["mask"].shape
True
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable, Sequence

if TYPE_CHECKING:
    import numpy

    from ._catalog import Catalog


@dataclass(frozen=True)
class DatasetItem:
    """One image of a split."""

    path: Path
    """Its DICOM file."""
    case_id: str
    part: str
    view: str | None
    laterality: str | None
    diagnosis: str | None
    label: str | None
    """1, 0, or none where the condition is unknown; the diagnosis where no condition was given."""
    sop_instance_uid: str
    contours: tuple[tuple[tuple[float, float], ...], ...]
    """Polygons in pixels from the top left corner of the image as the file stores it, as (x, y)."""


class SplitDataset(Sequence[dict[str, Any]]):
    """The images of a split, or of one of its parts, with pixels, label and mask.

    The images are those of `mammodex manifest create`: cases that a reader discarded, incomplete exams and
    images with errors are excluded, unless `include` names them. The mask has the pixels whose centre is
    within a contour (even-odd rule), as the masks of manifests.

    An item is a dictionary: `path`, `case_id`, `part`, `view`, `laterality`, `diagnosis`, `label`, `pixels`
    (the stored values of the first frame, unless `rescale`), `mask` (uint8, 0 or 1). `transform` is called with it.
    """

    def __init__(
        self,
        catalog: Catalog,
        split: str,
        part: str | None = None,
        *,
        label: str | None = None,
        include: Sequence[str] = (),
        rescale: bool = False,
        transform: Callable[[dict[str, Any]], Any] | None = None,
    ) -> None:
        self._rescale = rescale
        self._transform = transform
        contours = _contours(catalog, "discarded" in include)
        root, rows = _manifest_rows(catalog, split, label, include)
        self.items: tuple[DatasetItem, ...] = tuple(
            DatasetItem(
                path=root / row["path"],
                case_id=row["case_id"],
                part=row["split"],
                view=row["view"],
                laterality=row["laterality"],
                diagnosis=row["diagnosis"],
                label=row["diagnosis"] if label is None else _text(row["label"]),
                sop_instance_uid=row["sop_instance_uid"],
                contours=contours.get(row["path"], ()),
            )
            for row in rows
            if part is None or row["split"] == part
        )
        if part is not None and not self.items:
            parts = ", ".join(sorted({row["split"] for row in rows}))
            raise ValueError(f"split {split!r} has no images in a part {part!r}; parts: {parts}")

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(len(self)))]
        item = self.items[index]
        pixels = read_pixels(item.path, rescale=self._rescale)
        values: dict[str, Any] = {
            "path": str(item.path),
            "case_id": item.case_id,
            "part": item.part,
            "view": item.view,
            "laterality": item.laterality,
            "diagnosis": item.diagnosis,
            "label": item.label,
            "pixels": pixels,
            "mask": fill(item.contours, pixels.shape[0], pixels.shape[1]),
        }
        return values if self._transform is None else self._transform(values)


def read_pixels(path: Path, *, rescale: bool = False) -> numpy.ndarray[Any, Any]:
    """Returns the pixels of a DICOM file's first frame, row by row: stored values, or output of the modality
    lookup table (`rescale`). Nothing is flipped or inverted: MONOCHROME1 stays as it is."""
    import pydicom
    from pydicom.pixels.processing import apply_modality_lut
    from pydicom.pixels.utils import pixel_array

    if not rescale:
        return pixel_array(path, index=0)
    header = pydicom.dcmread(path, stop_before_pixels=True)
    return apply_modality_lut(pixel_array(path, index=0), header)


def fill(
    contours: Sequence[Sequence[tuple[float, float]]], rows: int, columns: int
) -> numpy.ndarray[Any, Any]:
    """Returns a mask of the pixels whose centre is within a contour, each by the even-odd rule.

    >>> fill([[(1, 1), (3, 1), (3, 2), (1, 2)]], 3, 4).tolist()
    [[0, 0, 0, 0], [0, 1, 1, 0], [0, 0, 0, 0]]
    """
    import numpy

    mask = numpy.zeros((rows, columns), dtype=numpy.uint8)
    for contour in contours:
        corners = numpy.asarray(contour, dtype=float)
        following = numpy.roll(corners, -1, axis=0)
        first, last = corners[:, 1].min() - 0.5, corners[:, 1].max() + 0.5
        for row in range(_whole(first, rows), _whole(last, rows)):
            middle = row + 0.5
            crosses = (corners[:, 1] <= middle) != (following[:, 1] <= middle)
            start, end = corners[crosses], following[crosses]
            steps = (middle - start[:, 1]) / (end[:, 1] - start[:, 1])
            places = numpy.sort(start[:, 0] + steps * (end[:, 0] - start[:, 0]))
            for left, right in zip(places[0::2], places[1::2]):
                mask[row, _whole(left - 0.5, columns) : _whole(right - 0.5, columns)] = 1
    return mask


def _whole(number: float, most: int) -> int:
    """Returns the next whole number that is not below, within 0 and `most`."""
    import math

    return min(max(math.ceil(number), 0), most)


def _text(value: Any) -> str | None:
    return None if value is None or value == "" else str(value)


def _contours(catalog: Catalog, with_discarded: bool) -> dict[str, tuple[tuple[tuple[float, float], ...], ...]]:
    """Returns the contours of each image, by its path: those that count, as in manifests."""
    discarded = "" if with_discarded else "AND discarded IS NOT TRUE"
    sql = f"""SELECT image_path, contour FROM lesions
        WHERE superseded IS NOT TRUE AND is_duplicate IS NOT TRUE AND contour IS NOT NULL
        AND image_path IS NOT NULL {discarded} ORDER BY image_path, annotation_path, annotation_pointer, label, lesion_id"""
    polygons: dict[str, tuple[tuple[tuple[float, float], ...], ...]] = {}
    for path, points in catalog.execute(sql).fetchall():
        polygon = tuple((point["x"], point["y"]) for point in points)
        polygons[path] = (*polygons.get(path, ()), polygon)
    return polygons


def _manifest_rows(
    catalog: Catalog, split: str, label: str | None, include: Sequence[str]
) -> tuple[Path, list[dict[str, Any]]]:
    """Returns the data set's folder and the rows of a manifest, paths relative to it."""
    with tempfile.TemporaryDirectory(prefix="mammodex-") as folder:
        output = Path(folder) / "rows.jsonl"
        manifest = catalog.manifest(split, output, label=label, include=include)  # type: ignore[arg-type]
        lines = output.read_text(encoding="utf-8").splitlines()
        return Path(manifest.provenance["root"]), [json.loads(line) for line in lines]
