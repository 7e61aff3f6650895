"""Writes DICOM files whose pixels CharLS compressed as JPEG-LS into a folder: every depth, lossless and
near-lossless, of noise, runs and single pixels. Exit code 77 says that pydicom or CharLS is not there."""

import sys

try:
    import jpeg_ls
    import numpy
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.encaps import encapsulate
    from pydicom.uid import JPEGLSNearLossless
except ImportError:
    sys.exit(77)

random = numpy.random.default_rng(3)


def noise(size, highest):
    return random.integers(0, highest + 1, size)


def runs(size, highest):
    """Smooth lines between an empty part and a full one."""
    rows, columns = size
    wave = highest / 2 + highest / 4 * numpy.sin(numpy.arange(columns) / 9)
    grain = random.normal(0, highest / 200, size) * (random.random(size) < 0.3)
    values = numpy.clip(wave[None, :] + grain, 0, highest)
    values[:, : columns // 3] = 0
    values[rows // 2 :, columns // 2 :] = highest
    return values


for bits in (2, 3, 5, 7, 8, 9, 10, 12, 14, 15, 16):
    for near in (0, 1, 5):
        for kind, size in ((noise, (1, 1)), (noise, (64, 65)), (runs, (7, 3)), (runs, (33, 200))):
            highest = (1 << bits) - 1
            if near > highest // 2:
                continue
            values = numpy.ascontiguousarray(kind(size, highest).astype("<u1" if bits <= 8 else "<u2"))
            try:
                stream = jpeg_ls.encode_buffer(values.tobytes(), *size, 1, bits, lossy_error=near)
            except Exception:  # noise that does not fit the buffer of the encoder
                continue
            data = Dataset()
            data.file_meta = FileMetaDataset()
            data.file_meta.TransferSyntaxUID = JPEGLSNearLossless
            data.SOPClassUID = data.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.1.2"
            data.SOPInstanceUID = data.file_meta.MediaStorageSOPInstanceUID = "1.2.826.0.1.3680043.8.498.1"
            data.Rows, data.Columns = size
            data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
            data.BitsAllocated = 8 if bits <= 8 else 16
            data.BitsStored, data.HighBit, data.PixelRepresentation = bits, bits - 1, 0
            data.PixelData = encapsulate([bytes(stream)])
            name = f"{bits}-{near}-{kind.__name__}-{size[0]}x{size[1]}.dcm"
            data.save_as(f"{sys.argv[1]}/{name}", enforce_file_format=True)
