"""Writes DICOM files with every way to say how grey levels are shown, and the levels by pydicom.

Argument: a folder. For each NAME.dcm there is NAME.N.grey for frame N: a 32-bit number per pixel,
0 black and 255 white.
Exit code 77 says that pydicom is not there.
"""

import itertools
import os
import sys
import warnings

try:
    import numpy
    import pydicom
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.pixels import apply_modality_lut, apply_voi_lut
    from pydicom.sequence import Sequence
    from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian
except ImportError:
    sys.exit(77)

warnings.filterwarnings("ignore")
folder = sys.argv[1]
random = numpy.random.default_rng(20190812)


def image(bits, signed, frames=1):
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.MediaStorageSOPClassUID = ds.SOPClassUID = "1.2.840.10008.5.1.4.1.1.1.2"
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID = "1.2.3"
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.Rows, ds.Columns, ds.SamplesPerPixel, ds.PhotometricInterpretation = 37, 53, 1, "MONOCHROME2"
    ds.BitsAllocated, ds.BitsStored, ds.HighBit = (8 if bits <= 8 else 16), bits, bits - 1
    ds.PixelRepresentation = int(signed)
    if frames > 1:
        ds.NumberOfFrames = frames
    low, high = (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if signed else (0, (1 << bits) - 1)
    values = random.integers(low, high, (frames, 37, 53), endpoint=True)
    values[:, 0, :2] = low, high
    kind = {(8, False): "u1", (8, True): "i1", (16, False): "<u2", (16, True): "<i2"}[ds.BitsAllocated, signed]
    ds.PixelData = values.astype(kind).tobytes() + (b"\0" if values.size % 2 and ds.BitsAllocated == 8 else b"")
    return ds, values


def table(first, bits, entries, vr="US", data_vr="OW"):
    item = Dataset()
    count = len(entries) % 65536
    item.add_new("LUTDescriptor", vr, [count, first, bits])
    packed = numpy.asarray(entries, "<u2").tobytes() if data_vr == "OW" else list(entries)
    item.add_new("LUTData", data_vr, packed)
    return item


def output_range(ds):
    """Lowest and highest value that a window gives, as pydicom has it."""
    if "ModalityLUTSequence" in ds:
        return 0, (1 << int(ds.ModalityLUTSequence[0].LUTDescriptor[2])) - 1
    low, high = (-(1 << (ds.BitsStored - 1)), (1 << (ds.BitsStored - 1)) - 1) if ds.PixelRepresentation else (0, (1 << ds.BitsStored) - 1)
    slope, intercept = float(ds.get("RescaleSlope", 1)), float(ds.get("RescaleIntercept", 0))
    return low * slope + intercept, high * slope + intercept


def levels(ds, values):
    shown = apply_voi_lut(apply_modality_lut(values, ds), ds).astype(float)
    if "VOILUTSequence" in ds:
        low, high = 0, (1 << int(ds.VOILUTSequence[0].LUTDescriptor[2])) - 1
    else:
        low, high = output_range(ds)
    share = (shown - low) / (high - low)
    if ds.PhotometricInterpretation == "MONOCHROME1":
        share = 1 - share
    return (numpy.clip(share, 0, 1) * 255).astype("<f4")


def save(name, ds, grey, syntax=ExplicitVRLittleEndian):
    ds.file_meta.TransferSyntaxUID = syntax
    ds.save_as(os.path.join(folder, f"{name}.dcm"), implicit_vr=syntax == ImplicitVRLittleEndian, little_endian=syntax != ExplicitVRBigEndian, enforce_file_format=True)
    for number, frame in enumerate(grey, 1):
        with open(os.path.join(folder, f"{name}.{number}.grey"), "wb") as file:
            file.write(frame.tobytes())


count = 0
for bits, signed, function, rescaled, photometric in itertools.product((8, 12, 14, 16), (False, True), (None, "LINEAR", "LINEAR_EXACT", "SIGMOID"), (False, True), ("MONOCHROME1", "MONOCHROME2")):
    ds, values = image(bits, signed)
    ds.PhotometricInterpretation = photometric
    if rescaled:
        ds.RescaleSlope, ds.RescaleIntercept = "1.5", "-100"
    middle = {False: 1 << (bits - 1), True: 10}[signed]
    # The first of several windows counts.
    ds.WindowCenter, ds.WindowWidth = [middle, 1], [(1 << bits) // 3, 1]
    if function:
        ds.VOILUTFunction = function
    count += 1
    save(f"window{count}", ds, levels(ds, values))

ramp = (numpy.arange(1000) ** 1.3).astype(int)
for syntax, signed in itertools.product((ExplicitVRLittleEndian, ImplicitVRLittleEndian), (False, True)):
    name = f"{'implicit' if syntax == ImplicitVRLittleEndian else 'explicit'}{'-signed' if signed else ''}"
    first, vr = (-200, "SS") if signed else (300, "US")
    for data_vr in ("OW", "US"):
        ds, values = image(12, signed)
        ds.WindowCenter, ds.WindowWidth = 1, 1  # the table counts
        ds.VOILUTSequence = Sequence([table(first, 13, ramp, vr, data_vr), table(first, 13, ramp[::-1], vr)])
        save(f"voi-{name}-{data_vr}", ds, levels(ds, values), syntax)
    ds, values = image(12, signed)
    ds.ModalityLUTSequence = Sequence([table(first, 16, ramp, vr)])
    ds.ModalityLUTSequence[0].ModalityLUTType = "US"
    ds.WindowCenter, ds.WindowWidth = 4000, 5000
    save(f"modality-{name}", ds, levels(ds, values), syntax)
ds, values = image(16, False)
ds.VOILUTSequence = Sequence([table(0, 16, numpy.arange(65536)[::-1])])
save("voi-65536", ds, levels(ds, values))
ds, values = image(8, False)
ds.VOILUTSequence = Sequence([table(0, 8, numpy.arange(256)[::-1])])
save("voi-8", ds, levels(ds, values))

ds, values = image(12, False, frames=3)
ds.WindowCenter, ds.WindowWidth = 1, 1
shared, groups, grey = Dataset(), [], []
shared.PixelValueTransformationSequence = Sequence([Dataset()])
shared.PixelValueTransformationSequence[0].RescaleSlope = "2"
shared.PixelValueTransformationSequence[0].RescaleIntercept = "-50"
for number, window in enumerate(((1000, 500), (2000, 4000), (6000, 300))):
    group = Dataset()
    voi = Dataset()
    voi.WindowCenter, voi.WindowWidth = window
    voi.VOILUTFunction = "SIGMOID" if number == 1 else "LINEAR"
    group.FrameVOILUTSequence = Sequence([voi])
    groups.append(group)
    flat, _ = image(12, False)
    flat.RescaleSlope, flat.RescaleIntercept = "2", "-50"
    flat.WindowCenter, flat.WindowWidth, flat.VOILUTFunction = *window, voi.VOILUTFunction
    grey.append(levels(flat, values[number]))
ds.SharedFunctionalGroupsSequence = Sequence([shared])
ds.PerFrameFunctionalGroupsSequence = Sequence(groups)
for undefined in (False, True):
    for name in ("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"):
        ds[name].is_undefined_length = undefined
        for item in ds[name]:
            item.is_undefined_length_sequence_item = undefined
    save(f"frames-{'undefined' if undefined else 'defined'}", ds, grey)
