"""Compares `mammodex table1 --format json` with the package tableone: TABLE.json PATIENTS.parquet BY."""

import json
import math
import sys
import warnings

try:
    import pandas
    from tableone import TableOne
except ImportError:
    sys.exit(77)

warnings.simplefilter("ignore")
ours = json.load(open(sys.argv[1], encoding="utf-8"))
patients = pandas.read_parquet(sys.argv[2])
by = sys.argv[3]
if patients[by].dtype == bool:
    patients[by] = patients[by].astype(str).str.lower()
kinds = {}
for row in ours:
    kind = "categorical" if row["line"] == "level" else "values"
    kinds.setdefault(row["variable"], kind if row["line"] != "missing" else None)
skewed = ["tumor_size_cm", "lesion_count"]
continuous = [name for name, kind in kinds.items() if kind == "values"]
categorical = [name for name, kind in kinds.items() if kind == "categorical"]
theirs = TableOne(
    patients, columns=continuous + categorical, continuous=continuous, categorical=categorical,
    nonnormal=[name for name in skewed if name in continuous], groupby=by, pval=True, smd=True,
    htest_name=True, include_null=False, missing=True,
)
compared = 0
wrong = []


def same(what, found, wanted):
    global compared
    found = math.nan if found is None else float(found)
    wanted = math.nan if wanted is None else float(wanted)
    if math.isnan(found) and math.isnan(wanted):
        return
    compared += 1
    if not math.isclose(found, wanted, rel_tol=1e-9, abs_tol=1e-12):
        wrong.append(f"{what}: {found} and not {wanted}")


TESTS = {
    "ANOVA": "One-way ANOVA", "Welch t": "Welch’s T-test", "Kruskal-Wallis": "Kruskal-Wallis",
    "chi-square": "Chi-squared", "chi-square (Yates)": "Chi-squared", "Fisher exact": "Fisher's exact",
}
for row in ours:
    name, group = row["variable"], row["group"]
    if group in (None, "missing"):
        continue
    if row["line"] == "values":
        for ours_key, theirs_key in [("n", "count"), ("mean", "mean"), ("sd", "std"),
                                     ("median", "median"), ("q1", "q25"), ("q3", "q75")]:
            same(f"{name} {group} {ours_key}", row[ours_key], theirs.cont_describe[theirs_key][group][name])
    elif row["line"] == "level":
        cells = theirs.cat_describe.loc[name]
        def text(value):
            return str(value).removesuffix(".0").lower()
        wanted = row["level"].split(" (")[0].lower()
        level = next(value for value in cells.index if text(value) == wanted)
        same(f"{name} {group} {level} n", row["n"], cells["freq"][group][level])
        same(f"{name} {group} {level} %", row["percent"], cells["percent"][group][level])
for name in kinds:
    row = next(row for row in ours if row["variable"] == name)
    table = theirs.htest_table.loc[name]
    if row["test"] in TESTS and TESTS[row["test"]] == table["Test"]:
        same(f"{name} p", row["p"], table["P-Value"])
    smds = [abs(float(value)) for value in theirs.smd_table.loc[name] if not math.isnan(float(value))]
    if smds and row["smd"] is not None and len(smds) == len(theirs.smd_table.columns):
        same(f"{name} SMD", row["smd"], max(smds))
if wrong:
    sys.exit("\n".join(wrong))
print(f"{compared} figures as tableone has them")
