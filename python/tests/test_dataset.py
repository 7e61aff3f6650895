"""Images of a split with pixels and masks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import mammodex

numpy = pytest.importorskip("numpy")
pydicom = pytest.importorskip("pydicom")


@pytest.fixture
def opened(catalog: Path) -> mammodex.Catalog:
    opened = mammodex.open(catalog)
    opened.cohort("all", where="true")
    opened.split("half", cohort="all", ratios={"train": 0.5, "val": 0.5}, seed=1)
    return opened


def test_parts_share_no_patient_and_together_are_the_manifest(opened: mammodex.Catalog, tmp_path: Path) -> None:
    train, val = opened.dataset("half", "train"), opened.dataset("half", "val")
    assert not {item.case_id for item in train.items} & {item.case_id for item in val.items}
    manifest = opened.manifest("half", tmp_path / "m.csv")
    assert len(train) + len(val) == manifest.rows == len(opened.dataset("half"))
    with pytest.raises(ValueError, match="parts: train, val"):
        opened.dataset("half", "test")


def test_pixels_are_those_of_pydicom_and_masks_those_of_manifests(opened: mammodex.Catalog, tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image")
    opened.manifest("half", tmp_path / "nn", format="nnunet", options=["--classes", "cancer"])
    written = {path.name: numpy.asarray(image.open(path)) for path in (tmp_path / "nn").rglob("labels*/*.png")}
    dataset = opened.dataset("half")
    drawn = [place for place, item in enumerate(dataset.items) if item.contours]
    assert drawn and written
    for place in drawn:
        item = dataset[place]
        stored = pydicom.dcmread(item["path"]).pixel_array
        assert (item["pixels"] == stored).all() and item["mask"].any()
        same = [mask for mask in written.values() if mask.shape == item["mask"].shape and (mask.astype(bool) == item["mask"]).all()]
        assert same, item["path"]


def test_an_item_goes_through_the_transform_and_slices_work(opened: mammodex.Catalog) -> None:
    dataset = opened.dataset("half", "train", transform=lambda item: item["pixels"].mean())
    assert all(isinstance(mean, float) for mean in dataset[:3])
    assert len(list(iter(opened.dataset("half", "train", rescale=True)[:1]))) == 1


def test_nothing_heavy_is_imported_with_the_package() -> None:
    code = "import sys, mammodex, mammodex.dataset; print([m for m in ('torch', 'numpy', 'pydicom', 'pandas', 'polars', 'pyarrow', 'tqdm') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
