"""Compares what a catalog says of a data set's images with what pydicom reads.

Arguments: the data set's folder and a JSON file with `columns` (those of `images` that name an
attribute), `images` and `sources` (the tables' rows). Prints each difference and then a count;
exit code 77 says that pydicom is not there.
"""

import datetime
import json
import os
import sys
import warnings

try:
    import pydicom
    from pydicom.multival import MultiValue
except ImportError:
    sys.exit(77)

warnings.filterwarnings("ignore")
pydicom.config.settings.reading_validation_mode = pydicom.config.IGNORE


def age(text):
    """Whole years of an age string; zero is no age, a number from 18 to 120 without a unit is years."""
    if text.replace(".", "").isdigit():
        return int(float(text)) if 18 <= float(text) <= 120 else None
    count, unit = float(text[:-1]), text[-1].upper()
    year, days = 365.25, {"W": 7, "D": 1}.get(unit)
    years = int(count / {"Y": 1, "M": 12}[unit] if days is None else (count * days + 0.75 * (days == 1)) / year)
    return years if count else None


def day(text):
    digits = text.replace(".", "")
    return datetime.date(int(digits[:4]), int(digits[4:6]), int(digits[6:8])).isoformat()


def value(dataset, keyword, kind, factor):
    """The attribute as the column's kind; None where it is absent, empty or not of that form."""
    raw = dataset.get(keyword)
    if raw is None or raw == "" or (isinstance(raw, MultiValue) and len(raw) == 0):
        return None
    many = list(raw) if isinstance(raw, MultiValue) else [raw]
    try:
        if kind == "text":
            return "\\".join(str(part).strip() for part in many).strip(" \0") or None
        first = many[0]
        if first is None or str(first).strip() == "":
            return None
        if kind == "bool":
            flags = {"YES": True, "TRUE": True, "01": True, "NO": False, "FALSE": False, "00": False}
            return flags.get(str(first).strip().upper())
        if kind == "date":
            return day(str(first).strip())
        if keyword == "PatientAge":
            return age(str(first).strip())
        if kind == "double":
            return float(first) * factor
        number = float(first)
        return int(number) if number == int(number) else None
    except (ValueError, KeyError, IndexError):
        return None


def same(ours, theirs):
    if isinstance(ours, float) or isinstance(theirs, float):
        if ours is None or theirs is None:
            return ours is theirs
        return abs(ours - theirs) <= 1e-9 * max(1.0, abs(theirs))
    if isinstance(ours, str) and isinstance(theirs, str):
        return [part.strip() for part in ours.split("\\")] == theirs.split("\\")
    return ours == theirs


def items(sequence):
    return list(sequence or [])


def nested(dataset):
    """The items that hold technique and geometry of tomosynthesis, in order of preference."""
    yield from items(dataset.get("XRay3DAcquisitionSequence"))
    frames = items(dataset.get("PerFrameFunctionalGroupsSequence"))[:1]
    for groups in items(dataset.get("SharedFunctionalGroupsSequence")) + frames:
        for element in groups:
            if element.VR == "SQ":
                yield from element.value


# Files that pydicom misreads, by design of the case: tests/dicom_cases.rs has their right values.
MISREAD = (
    "cases/dicom-02-no-preamble-DICM-in-data/",
    "cases/dicom-20-un-sequence-explicit-items/",
    "cases/dicom-21-wrong-delimiters/",
    "cases/dicom-23-deflated/",
    "cases/dicom-28-charsets/",
    "cases/dicom-37-vr-oddities/spacing-fd.dcm",
)

NESTED = """KVP DistanceSourceToDetector DistanceSourceToPatient EstimatedRadiographicMagnificationFactor
ExposureTime XRayTubeCurrent Exposure ExposureInuAs ImagerPixelSpacing AnodeTargetMaterial
BodyPartThickness CompressionForce PositionerPrimaryAngle FilterMaterial FieldOfViewRotation
FieldOfViewHorizontalFlip ExposureTimeInms XRayTubeCurrentInmA ExposureInmAs WindowCenter WindowWidth
OrganDose EntranceDoseInmGy""".split()

INTENT = {
    "1.2.840.10008.5.1.4.1.1.1.2": "FOR PRESENTATION",
    "1.2.840.10008.5.1.4.1.1.1.2.1": "FOR PROCESSING",
    "1.2.840.10008.5.1.4.1.1.1.1": "FOR PRESENTATION",
    "1.2.840.10008.5.1.4.1.1.1.1.1": "FOR PROCESSING",
    "1.2.840.10008.5.1.4.1.1.13.1.4": "FOR PRESENTATION",
    "1.2.840.10008.5.1.4.1.1.13.1.5": "FOR PROCESSING",
}


def attribute_value(dataset, attribute, kind):
    keyword, factor = attribute["keyword"], attribute["factor"]
    theirs = value(dataset, keyword, kind, factor)
    if keyword in NESTED and not dataset.get(keyword):
        inside = (value(item, keyword, kind, factor) for item in nested(dataset))
        theirs = next((found for found in inside if found is not None), theirs)
    return theirs


def compare_image(root, row, columns):
    path = os.path.join(root, row["path"])
    dataset = pydicom.dcmread(path, stop_before_pixels=True, force=True)
    for column in columns:
        theirs = None
        for attribute in column["attributes"]:
            theirs = attribute_value(dataset, attribute, column["kind"])
            if theirs is not None:
                break
        if column["name"] == "presentation_intent" and theirs is None:
            theirs = INTENT.get(row["sop_class_uid"])
        if column["name"] == "compression_force_n" and row["compression_force_source"] == "device_table":
            theirs *= 10
        if not same(row[column["name"]], theirs):
            yield f"{row['path']}: {column['name']}: {row[column['name']]!r}, pydicom {theirs!r}"


def readable(path, force):
    try:
        dataset = pydicom.dcmread(path, stop_before_pixels=True, force=force)
        return force or len(dataset) > 0
    except Exception:  # whatever it raises, it did not read the file
        return False


def check_source(root, source):
    path = os.path.join(root, source["path"])
    if not os.path.isfile(path) or source["path"].startswith(MISREAD):
        return  # gone, a member of an archive, or misread
    dicom = source["kind"] in ("dicom", "dicomdir")
    rejected = source["status"] == "rejected"
    cut = rejected and "ends within" in (source["reason"] or "")
    if readable(path, force=False) and not cut and (rejected or not dicom):
        yield f"{source['path']}: pydicom reads it, here it is {source['kind']} {source['status']}: {source['reason']}"
    if dicom and not rejected and not readable(path, force=True):
        yield f"{source['path']}: {source['kind']} {source['status']} here, pydicom cannot read it"


def main():
    root, tables = sys.argv[1], json.load(open(sys.argv[2], encoding="utf-8"))
    values, differences, refused = 0, [], []
    for row in tables["images"]:
        if row["path"].startswith(MISREAD):
            continue
        values += len(tables["columns"])
        try:
            differences.extend(compare_image(root, row, tables["columns"]))
        except Exception as error:  # a file that only pydicom refuses
            refused.append(f"{row['path']}: pydicom cannot read it: {type(error).__name__}")
    for source in tables["sources"]:
        differences.extend(check_source(root, source))
    print("\n".join(refused + differences))
    counts = f"{len(tables['images'])} images, {values} values, {len(tables['sources'])} files"
    print(f"{counts}: {len(differences)} differ, pydicom refuses {len(refused)}")
    sys.exit(bool(differences))


main()
