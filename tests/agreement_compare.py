"""Recomputes the table `agreement` and its measures by other programs: shapely, scipy, scikit-learn,
krippendorff, pingouin. Arguments: folder of tables, JSON of `mammodex agreement`. Prints each difference.
"""

import json
import sys

import duckdb
import numpy
import shapely
from scipy.optimize import linear_sum_assignment
from sklearn.metrics import cohen_kappa_score

tables, measures = sys.argv[1:]
db = duckdb.connect()
for name in ("agreement", "lesions", "images"):
    db.execute(f"CREATE VIEW {name} AS FROM '{tables}/{name}.parquet'")
rows = db.execute("SELECT * FROM agreement").fetchdf().to_dict("records")
drawn = db.execute(
    """SELECT annotation_path, l.view, lesion_id, l.points_raw AS points, is_duplicate,
              pixel_spacing_row_mm AS row_mm, pixel_spacing_col_mm AS col_mm
       FROM lesions AS l LEFT JOIN images AS i ON i.path = l.image_path"""
).fetchall()
contours = {(path, view, lesion): (points, row, col) for path, view, lesion, points, _, row, col in drawn}
wrong = []


def polygon(key, in_mm=False):
    points, row, col = contours[key]
    points = [(p["x"], p["y"]) if isinstance(p, dict) else tuple(p) for p in points]
    if in_mm:
        points = [(x * col, y * row) for x, y in points]
    return shapely.Polygon(points)


def differs(what, ours, theirs, tolerance):
    if not abs(ours - theirs) <= tolerance:
        wrong.append(f"{what}: {ours} instead of {theirs}")


def distances(a, b, step=0.02):
    """Distances of points every `step` mm of one boundary to the other."""
    there = shapely.segmentize(a.exterior, step)
    points = shapely.points(numpy.array(there.coords)[:-1])
    return shapely.distance(points, b.exterior)


for row in rows:
    if row["outcome"] != "matched":
        continue
    keys = [(row[f"annotation_path_{s}"], row["view"], row[f"lesion_id_{s}"]) for s in "ab"]
    a, b = (polygon(key) for key in keys)
    shared = a.intersection(b).area
    what = f"{row['case_id']} {row['view']}"
    differs(f"{what} dice", row["dice"], 2 * shared / (a.area + b.area), 1e-6)
    differs(f"{what} iou", row["iou"], shared / a.union(b).area, 1e-6)
    a, b = (polygon(key, True) for key in keys)
    there, back = distances(a, b), distances(b, a)
    differs(f"{what} hausdorff", row["hausdorff_mm"], max(there.max(), back.max()), 0.011)
    p95 = max(numpy.percentile(there, 95), numpy.percentile(back, 95))
    differs(f"{what} 95", row["hausdorff_95_mm"], p95, 0.03)
    mean = numpy.average(
        [there.mean(), back.mean()], weights=[a.exterior.length, b.exterior.length]
    )
    differs(f"{what} mean", row["mean_surface_distance_mm"], mean, 0.01)

# Matching: the greatest total overlap of each view by scipy.
views = {}
for row in rows:
    views.setdefault((row["case_id"], row["annotation_path_a"], row["annotation_path_b"], row["view"]), []).append(row)
for (case, path_a, path_b, view), group in views.items():
    of = lambda path: [k for k in contours if k[0] == path and k[1] == view]
    a, b = of(path_a), of(path_b)
    if not a or not b:
        continue
    iou = lambda p, q: p.intersection(q).area / p.union(q).area
    gains = numpy.array([[iou(polygon(p), polygon(q)) for q in b] for p in a])
    best = gains[linear_sum_assignment(gains, maximize=True)].sum()
    ours = sum(row["iou"] for row in group if row["outcome"] == "matched")
    differs(f"{case} {view} matching", ours, best, 1e-5)

# Measures of two readers.
ours = {row["measure"]: row["estimate"] for row in json.load(open(measures)) if row["readers"] != "other"}
discarded = {row["case_id"] for row in rows if row["discarded_a"] or row["discarded_b"]}
readable = [row for row in rows if row["case_id"] not in discarded]
matched = [row for row in readable if row["outcome"] == "matched"]
presence = {}
for row in readable:
    key = (row["case_id"], row["view"])
    has = presence.setdefault(key, [0, 0])
    has[0] |= row["outcome"] in ("matched", "only_a")
    has[1] |= row["outcome"] in ("matched", "only_b")
pairs = numpy.array(list(presence.values()))
differs("kappa", ours["contour on a view, kappa"], cohen_kappa_score(pairs[:, 0], pairs[:, 1]), 1e-9)
differs("Dice", ours["Dice, mean"], numpy.mean([row["dice"] for row in matched]), 1e-9)
differs("median", ours["Dice, median"], numpy.median([row["dice"] for row in matched]), 1e-9)
sizes = numpy.array([(row["max_diameter_a_mm"], row["max_diameter_b_mm"]) for row in matched])
gap = sizes[:, 0] - sizes[:, 1]
differs("bias", ours["longest diameter, mean difference"], gap.mean(), 1e-9)
differs("limit", ours["longest diameter, upper limit"], gap.mean() + 1.96 * gap.std(ddof=1), 1e-9)
try:
    import krippendorff

    alpha = krippendorff.alpha(reliability_data=pairs.T, level_of_measurement="nominal")
    differs("alpha", ours["contour on a view, alpha"], alpha, 1e-9)
except ImportError:
    print("krippendorff is not installed", file=sys.stderr)
try:
    import pandas
    import pingouin

    long = pandas.DataFrame(
        [(i, r, size) for i, pair in enumerate(sizes) for r, size in enumerate(pair)],
        columns=["target", "rater", "size"],
    )
    icc = pingouin.intraclass_corr(long, targets="target", raters="rater", ratings="size")
    icc = icc.set_index("Type")["ICC"]
    wanted = icc.get("ICC2", icc.get("ICC(A,1)"))
    differs("ICC", ours["longest diameter, ICC(2,1)"], wanted, 1e-4)
except ImportError:
    print("pingouin is not installed", file=sys.stderr)
print(f"{len(matched)} matches")
print("\n".join(wrong))
