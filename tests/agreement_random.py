"""Random contours that cross themselves, and pixels that are not square, for the agreement of readers.

    agreement_random.py plant DATASET        replaces every contour by a random one, and the spacing of every image
    agreement_random.py compare TABLES       compares dice, IoU and distances with a reference of its own

The reference takes the areas apart into faces, of which those count that a ray leaves an odd number of times, and
measures distances from points every few hundredths of a millimetre. Needs pydicom, duckdb, numpy and shapely.
"""

import json
import math
import pathlib
import random
import sys


def shape(draw, size):
    """Corners of a random polygon: star-shaped, a star of five that crosses itself around a hole, a bow tie, or any."""
    middle = [draw.uniform(0.3, 0.7) * size for _ in range(2)]
    kind = draw.choice(["ring", "pentagram", "bow tie", "any"])
    if kind == "any":
        return [[draw.randrange(size // 4, 3 * size // 4) for _ in range(2)] for _ in range(draw.randrange(4, 9))]
    if kind == "bow tie":
        left, top, width, height = (draw.randrange(size // 6, size // 2) for _ in range(4))
        return [[left, top], [left + width, top + height], [left + width, top], [left, top + height]]
    count = draw.randrange(5, 14) | 1
    step = 2 if kind == "pentagram" else 1
    radii = [size * draw.uniform(0.1, 0.3) for _ in range(count)]
    turn = draw.uniform(0, 6)
    angles = [turn + 2 * math.pi * corner * step / count for corner in range(count)]
    return [
        [round(middle[0] + radius * math.cos(angle)), round(middle[1] + radius * math.sin(angle))]
        for radius, angle in zip(radii, angles)
    ]


def plant(folder):
    from pydicom import dcmread

    for path in sorted(folder.rglob("*.dcm")):
        header = dcmread(path)
        for keyword in ("PixelSpacing", "ImagerPixelSpacing"):
            if keyword in header:
                setattr(header, keyword, [0.31, 0.17])
        header.save_as(path)
    draw = random.Random(20190812)
    for path in sorted(folder.rglob("Cancer_*.json")):
        try:
            annotation = json.loads(path.read_text())
        except json.JSONDecodeError:
            continue  # the sample has commas too many, as the tool does
        if not isinstance(annotation["contour_list"], dict):
            continue  # a discarded case
        # Contours of both readers are at the same place, so that most of them overlap.
        for views in annotation["contour_list"].values():
            for contours in views.values():
                for name, corners in contours.items():
                    if len(corners) > 2:
                        sign = [-1 if min(c[axis] for c in corners) < 0 else 1 for axis in "xy"]
                        contours[name] = [{"x": x * sign[0], "y": y * sign[1]} for x, y in shape(draw, 100)]
        path.write_text(json.dumps(annotation))


def is_inside(point, corners):
    """Whether a ray from the point leaves the polygon an odd number of times."""
    x, y = point
    inside = False
    for (x1, y1), (x2, y2) in zip(corners, corners[1:] + corners[:1]):
        if (y1 > y) != (y2 > y) and x < x1 + (y - y1) * (x2 - x1) / (y2 - y1):
            inside = not inside
    return inside


def areas(a, b):
    """Areas of both polygons, of what they share, and of what either has."""
    import shapely

    lines = shapely.union_all([shapely.LineString(corners + corners[:1]) for corners in (a, b)])
    sums = [0.0, 0.0, 0.0, 0.0]
    for face in shapely.get_parts(shapely.polygonize(shapely.get_parts(lines))):
        point = face.representative_point()
        inside = [is_inside((point.x, point.y), corners) for corners in (a, b)]
        for place, counts in enumerate([inside[0], inside[1], all(inside), any(inside)]):
            sums[place] += face.area if counts else 0
    return sums


def distances(a, b, step=0.013):
    """Distances of points every `step` mm of the closed line of one polygon to that of the other."""
    import numpy
    import shapely

    a, b = (shapely.LineString(corners + corners[:1]) for corners in (a, b))
    # Corners are at distances of their own: each edge is sampled evenly, its points weighted by their length.
    found, weights = [], []
    for from_, to in zip(a.coords, a.coords[1:]):
        from_, to = numpy.array(from_), numpy.array(to)
        length = float(numpy.hypot(*(to - from_)))
        count = max(2, math.ceil(length / step))
        shares = (numpy.arange(count) + 0.5) / count
        points = shapely.points(from_ + shares[:, None] * (to - from_))
        found.append(shapely.distance(points, b))
        weights.append(numpy.full(count, length / count))
    return numpy.concatenate(found), numpy.concatenate(weights), a.length


def percentile_95(values, weights):
    import numpy

    order = numpy.argsort(values)
    reached = numpy.cumsum(weights[order])
    return float(values[order][numpy.searchsorted(reached, 0.95 * reached[-1])])


def compare(tables):
    import duckdb
    import numpy

    db = duckdb.connect()
    drawn = db.execute(
        f"""SELECT annotation_path, l.view, lesion_id, l.points_raw, pixel_spacing_row_mm, pixel_spacing_col_mm
            FROM '{tables}/lesions.parquet' AS l LEFT JOIN '{tables}/images.parquet' AS i ON i.path = l.image_path"""
    ).fetchall()
    contours = {tuple(row[:3]): row[3:] for row in drawn}
    rows = db.execute(f"SELECT * FROM '{tables}/agreement.parquet' WHERE outcome = 'matched'").fetchdf().to_dict("records")
    worst = dict.fromkeys(["dice", "iou", "hausdorff_mm", "hausdorff_95_mm", "mean_surface_distance_mm"], 0.0)
    crossing = 0
    for row in rows:
        pixels, millimetres = [], []
        for side in "ab":
            points, row_mm, col_mm = contours[row[f"annotation_path_{side}"], row["view"], row[f"lesion_id_{side}"]]
            corners = [(p["x"], p["y"]) if isinstance(p, dict) else tuple(p) for p in points]
            assert row_mm != col_mm, (row_mm, col_mm)
            pixels.append(corners)
            millimetres.append([(x * col_mm, y * row_mm) for x, y in corners])
        import shapely
        crossing += any(not shapely.Polygon(corners).is_valid for corners in pixels)
        first, second, shared, either = areas(*pixels)
        there, there_weights, there_length = distances(*millimetres)
        back, back_weights, back_length = distances(*millimetres[::-1])
        mean = (there @ there_weights + back @ back_weights) / (there_length + back_length)
        wanted = {
            "dice": 2 * shared / (first + second),
            "iou": shared / either,
            "hausdorff_mm": max(there.max(), back.max()),
            "hausdorff_95_mm": max(percentile_95(there, there_weights), percentile_95(back, back_weights)),
            "mean_surface_distance_mm": mean,
        }
        for name, value in wanted.items():
            worst[name] = max(worst[name], abs(row[name] - value))
    print(json.dumps({"pairs": len(rows), "crossing": crossing, "worst": worst}))
    allowed = {"dice": 1e-6, "iou": 1e-6, "hausdorff_mm": 0.0066, "hausdorff_95_mm": 0.03, "mean_surface_distance_mm": 0.01}
    return all(worst[name] <= most for name, most in allowed.items()) and crossing > 20


if __name__ == "__main__":
    if sys.argv[1] == "plant":
        plant(pathlib.Path(sys.argv[2]))
    else:
        sys.exit(not compare(sys.argv[2]))
