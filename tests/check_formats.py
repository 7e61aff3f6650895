"""JUnit XML and SARIF of `mammodex check` as independent readers see them.

usage: check_formats.py CHECKS.xml CHECKS.sarif SCHEMA.json
"""

import json
import sys

try:
    import fastjsonschema
    from junitparser import JUnitXml
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

suites = JUnitXml.fromfile(sys.argv[1])
for suite in suites:
    kinds = [type(r).__name__ for case in suite for r in case.result]
    print("junit", suite.tests, suite.failures, suite.errors, suite.skipped)
    assert suite.tests == len(list(suite)), suite.tests
    assert suite.failures == kinds.count("Failure"), kinds
    assert suite.errors == kinds.count("Error"), kinds
    assert suite.skipped == kinds.count("Skipped"), kinds

with open(sys.argv[2], encoding="utf-8") as file:
    log = json.load(file)
with open(sys.argv[3], encoding="utf-8") as file:
    fastjsonschema.compile(json.load(file))(log)
run = log["runs"][0]
rules = run["tool"]["driver"]["rules"]
results = run["results"]
for result in results:
    assert rules[result["ruleIndex"]]["id"] == result["ruleId"], result
marks = [json.dumps(result["partialFingerprints"]) for result in results]
assert len(set(marks)) == len(marks), "fingerprints repeat"
suppressed = sum("suppressions" in result for result in results)
print("sarif", len(rules), len(results), suppressed)
