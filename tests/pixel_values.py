"""Prints the pixels that pydicom reads: a line per frame with path, frame, size and SHA-256.

Arguments: a folder, and one for the values of frames of lossy JPEG, whose decoders may differ by
rounding. Values are written as 16 bits, little endian, sign-extended. At most eight frames of a file
are read. Files that pydicom cannot decode are not printed. Exit code 77 says that
pydicom or its decoders are not there.
"""

import hashlib
import os
import sys
import warnings

try:
    import numpy
    import openjpeg  # noqa: F401
    import pydicom
    from pydicom.pixels import iter_pixels
except ImportError:
    sys.exit(77)

warnings.filterwarnings("ignore")
pydicom.config.settings.reading_validation_mode = pydicom.config.IGNORE

root, values_dir = sys.argv[1:3]
LOSSY = ("1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51")
count = 0
for folder, folders, files in os.walk(root):
    folders.sort()
    for name in sorted(files):
        path = os.path.join(folder, name)
        try:
            header = pydicom.dcmread(path, force=True, stop_before_pixels=True)
            if "Rows" not in header or header.BitsAllocated > 16:
                continue
            frames = min(int(header.get("NumberOfFrames") or 1), 8)
            for number, frame in enumerate(iter_pixels(path, indices=range(frames)), 1):
                values = frame.astype(numpy.int32).astype("<u2")
                total = hashlib.sha256(values.tobytes()).hexdigest()
                if header.file_meta.get("TransferSyntaxUID", "") in LOSSY:
                    count += 1
                    total = f"{count}.values"
                    with open(os.path.join(values_dir, total), "wb") as file:
                        file.write(values.tobytes())
                shape = "x".join(str(side) for side in frame.shape)
                relative = os.path.relpath(path, root)
                syntax = header.file_meta.get("TransferSyntaxUID", "")
                term = header.PhotometricInterpretation
                print(relative, number, shape, total, syntax, term, sep="\t", flush=True)
        except Exception:  # whatever pydicom refuses is not compared
            continue
