#!/usr/bin/env python3
"""Times pictures of one mammogram of 4,664 x 3,064 pixels, in each transfer syntax that the Python of
MAMMODEX_PYTHON and dcmtk can write, beside pydicom with Pillow and with matplotlib.

    bench/pixels.py [--runs 5]

Each run is a whole process: ours opens the catalog, reads the image, applies its window and writes a
picture; the peer imports pydicom, does the same, and writes with Pillow. `annotated` draws the contours as
well, the peer with matplotlib.
"""

import argparse
import shutil
import statistics
import subprocess
import sys

from timing import MAMMODEX, PYTHON, WORK, has_python, head, machine, measure, paired, row, sample
from timing import catalog as catalog_of

SIZE = (4664, 3064)
# Copies of an image whose previews one process makes.
COPIES = 16
WRITE = """
import sys
import numpy
from pydicom import dcmread
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, JPEG2000Lossless, JPEGLSLossless, RLELossless
folder, rows, columns = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
random = numpy.random.default_rng(7)
y, x = numpy.mgrid[0:rows, 0:columns]
breast = ((y - rows / 2) / (rows * 0.42)) ** 2 + (x / (columns * 0.75)) ** 2 < 1
tissue = random.normal(0, 1, (rows // 16 + 1, columns // 16 + 1)).repeat(16, 0).repeat(16, 1)[:rows, :columns]
pixels = numpy.where(breast, 1800 + 250 * tissue + random.normal(0, 12, (rows, columns)), 20).clip(0, 4095).astype("<u2")
for name, syntax in (("native", None), ("rle", RLELossless), ("j2k", JPEG2000Lossless), ("jls", JPEGLSLossless)):
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.SOPClassUID = ds.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.1.2"
    ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = f"1.2.826.0.1.{len(name)}.{sum(name.encode())}"
    ds.Modality, ds.PatientID, ds.ImageLaterality, ds.ViewPosition = "MG", f"Cancer_{sum(name.encode()):05d}", "L", "CC"
    ds.Rows, ds.Columns, ds.SamplesPerPixel, ds.PhotometricInterpretation = rows, columns, 1, "MONOCHROME2"
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 12, 11, 0
    ds.WindowCenter, ds.WindowWidth = 2048, 3000
    ds.PixelData = pixels.tobytes()
    try:
        if syntax:
            ds.compress(syntax)
    except Exception as error:
        print(f"{name}: {error}", file=sys.stderr)
        continue
    ds.save_as(f"{folder}/{name}.dcm", enforce_file_format=True)
"""
PILLOW = """
import sys
import numpy
from PIL import Image
from pydicom import dcmread
from pydicom.pixels import apply_modality_lut, apply_voi_lut
ds = dcmread(sys.argv[1])
shown = apply_voi_lut(apply_modality_lut(ds.pixel_array, ds), ds)
grey = Image.fromarray((shown / 4095 * 255).round().astype("u1"))
if len(sys.argv) > 3:
    grey.thumbnail((int(sys.argv[3]), int(sys.argv[3])))
grey.save(sys.argv[2])
"""
MATPLOTLIB = """
import sys
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plot
from pydicom import dcmread
from pydicom.pixels import apply_modality_lut, apply_voi_lut
ds = dcmread(sys.argv[1])
shown = apply_voi_lut(apply_modality_lut(ds.pixel_array, ds), ds)
figure = plot.figure(figsize=(ds.Columns / 100, ds.Rows / 100), dpi=100)
axes = figure.add_axes((0, 0, 1, 1))
axes.axis("off")
axes.imshow(shown, cmap="gray")
axes.plot([900, 1300, 1200, 900], [2000, 2100, 2500, 2000], color="yellow", linewidth=3)
axes.text(2500, 120, "LCC", color="white", fontsize=40)
figure.savefig(sys.argv[2])
"""


def images():
    """A data set of the same image in several transfer syntaxes, written and indexed once."""
    place = WORK / "pixels"
    if not (place / "native.dcm").exists():
        place.mkdir(parents=True, exist_ok=True)
        subprocess.run([PYTHON, "-c", WRITE, place, *map(str, SIZE)], check=True)
        if shutil.which("dcmcjpeg"):
            lossless = ["dcmcjpeg", "--encode-lossless-sv1", "--uid-always", place / "native.dcm", place / "jpeg.dcm"]
            subprocess.run(lossless, check=True)
    catalog = WORK / "pixels.catalog"
    measure([MAMMODEX, "index", place, "--catalog", catalog])
    return place, catalog


def further_previews(place, runs):
    """Seconds that each further preview of JPEG 2000 takes in a process that makes several."""
    copies, catalog = WORK / "previews", WORK / "previews.catalog"
    if not copies.exists():
        copies.mkdir()
        for number in range(COPIES):
            shutil.copy(place / "j2k.dcm", copies / f"j2k-{number}.dcm")
    measure([MAMMODEX, "index", copies, "--catalog", catalog])
    case = subprocess.run([MAMMODEX, "query", "--catalog", catalog, "--format", "csv", "SELECT case_id FROM patients"],
                          capture_output=True, text=True, check=True).stdout.split()[1]
    render = lambda target: [MAMMODEX, "render", target, "--plain", "--size", "766", "--format", "jpeg", "--force",
                             "-o", WORK / "previews.out", "--catalog", catalog]
    seconds = lambda target: statistics.median(measure(render(target))[0] for _ in range(runs))
    return (seconds(case) - seconds("j2k-0.dcm")) / (COPIES - 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    if not has_python("pydicom") or not has_python("PIL"):
        sys.exit("pydicom and Pillow are not there: set MAMMODEX_PYTHON")
    place, catalog = images()
    render = lambda name, output, *more: [
        MAMMODEX, "render", f"{name}.dcm", "-o", WORK / output, "--force", "--catalog", catalog, *more]
    print(machine() + "\n")
    head("picture of 4,664 x 3,064 pixels")
    for name in ("native", "rle", "jpeg", "j2k", "jls"):
        file = place / f"{name}.dcm"
        if not file.exists():
            continue
        peer = lambda output, *more: [PYTHON, "-c", PILLOW, file, WORK / output, *more]
        ours = render(name, "ours.png", "--plain")
        measure(ours)
        row(f"{name} to PNG; pydicom and Pillow", paired(ours, peer("peer.png"), arguments.runs), "0.20")
        preview = render(name, "ours.jpg", "--plain", "--size", "766")
        row(f"{name} to JPEG of 766 pixels; pydicom and Pillow",
            paired(preview, peer("peer.jpg", "766"), arguments.runs), "0.20")
    if has_python("matplotlib"):
        peer = [PYTHON, "-c", MATPLOTLIB, place / "native.dcm", WORK / "peer.png"]
        row("native, annotated, to PNG; pydicom and matplotlib",
            paired(render("native", "ours.png"), peer, arguments.runs), "0.20")
    data, exams = sample(5, "full"), catalog_of(5, "full")
    four = [MAMMODEX, "render", "Cancer_00001", "--four-view", "-o", WORK / "four.png", "--force",
            "--catalog", exams, "--root", data]
    runs = [measure(four) for _ in range(arguments.runs + 1)][1:]
    seconds, mib = statistics.median(r[0] for r in runs), max(r[1] for r in runs)
    print(f"\nFour views of one exam side by side, as PNG: {seconds:.2f} s, {mib:.0f} MiB.")
    if (place / "j2k.dcm").exists():
        further = further_previews(place, arguments.runs)
        print(f"Each further preview of JPEG 2000 in one process: {further * 1000:.0f} ms.")


main()
