"""Recomputes the areas of `mammodex shortcuts` by scikit-learn. Arguments: folder of tables, attributes.toml, JSON of
`mammodex shortcuts`, label, seed, folds. Prints how many areas were compared, then each difference.
"""

import collections
import hashlib
import json
import sys
import tomllib

import duckdb
import numpy
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.preprocessing import OneHotEncoder

tables, attributes, measured, label, seed, folds = sys.argv[1:]
folds = int(folds)
attributes = tomllib.load(open(attributes, "rb"))["attribute"]
measured = {row["attribute"]: row for row in json.load(open(measured))}
cells = ", ".join(f"({a['sql']})" for a in attributes)
rows = duckdb.sql(
    f"""SELECT i.case_id, ({label}), {cells} FROM '{tables}/images.parquet' AS i
        JOIN '{tables}/patients.parquet' AS p ON p.case_id = i.case_id ORDER BY i.case_id, i.path"""
).fetchall()
cases = [row[0] for row in rows]
y = numpy.array([row[1] for row in rows])

positive = {case for case, has in zip(cases, y) if has}
fold_of = {}
for group in (positive, set(cases) - positive):
    order = sorted(group, key=lambda case: hashlib.sha256(f"{seed}:{case}".encode()).digest())
    fold_of.update({case: place % folds for place, case in enumerate(order)})
fold = numpy.array([fold_of[case] for case in cases])


def levels(kind, values):
    there = [v for v in values if v is not None]
    counts = collections.Counter(there)
    if kind == "number" and len(counts) > 20:
        below = lambda v: sum(n for other, n in counts.items() if other < v)
        bins = {v: below(v) * 10 // len(there) for v in counts}
        return [None if v is None else bins[v] for v in values]
    if kind == "category" and len(counts) > 30:
        kept = sorted(counts, key=lambda v: (-counts[v], v))[:29]
        return [v if v is None or v in kept else "others" for v in values]
    return list(values)


def area(score):
    """The mean of the folds' areas, weighted by their pairs of a positive and a negative."""
    total = pairs = 0
    for k in range(folds):
        here = fold == k
        weight = y[here].sum() * (~y[here]).sum()
        if weight:
            total += weight * roc_auc_score(y[here], score[here])
            pairs += weight
    return total / pairs


compared, wrong = 0, []


def compare(name, value):
    global compared
    compared += 1
    ours = measured[name]["auc"]
    if not abs(ours - value) < 1e-6:
        wrong.append(f"{name}: {ours} instead of {value}")


columns = []
for place, attribute in enumerate(attributes):
    column = levels(attribute["kind"], [row[2 + place] for row in rows])
    if all(value is None for value in column):
        continue
    column = numpy.array([str(value) for value in column])
    columns.append(column)
    score = numpy.zeros(len(y))
    for k in range(folds):
        others = fold != k
        for level in set(column):
            same = others & (column == level)
            score[(fold == k) & (column == level)] = y[same if same.any() else others].mean()
    compare(attribute["name"], area(score))

matrix = OneHotEncoder(sparse_output=False).fit_transform(
    numpy.array([column for column in columns if len(set(column)) > 1]).T
)
score = numpy.zeros(len(y))
for k in range(folds):
    model = LogisticRegression(C=1, tol=1e-12, max_iter=10000, solver="newton-cholesky")
    model.fit(matrix[fold != k], y[fold != k])
    # Rounded: images with the same levels have the same score.
    score[fold == k] = model.decision_function(matrix[fold == k]).round(8)
compare("all together", area(score))
print(compared)
print("\n".join(wrong))
