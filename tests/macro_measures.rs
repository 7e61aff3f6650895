//! The macros of discrimination and agreement, compared with scikit-learn.

use crate::fixture::{Fixture, python};

/// Four thousand rows of two ratings, a score with ties and an outcome, some of them null.
const ROWS: &str = "SELECT nullif(i * 7919 % 23, 22) AS score, CASE WHEN i % 97 > 0 THEN (i * 31 + i // 7) % 5 < 2 END AS diseased, \
    (i * 17 + i // 3) % 7 < 3 AS called, i * 13 % 4 AS a, CASE WHEN i % 5 < 3 THEN i * 13 % 4 ELSE i * 29 % 4 END AS b \
    FROM range(4000) AS r(i)";

const SCRIPT: &str = r"
import pandas, sys
from sklearn.metrics import cohen_kappa_score, f1_score, jaccard_score, roc_auc_score, roc_curve
t = pandas.read_csv(sys.argv[1])
called = t.dropna(subset=['diseased'])
d = called.diseased.astype(str) == 'True'
scored = called.dropna(subset=['score'])
y = scored.diseased.astype(str) == 'True'
print(repr(float(roc_auc_score(y, scored.score))))
print(repr(float(cohen_kappa_score(t.a, t.b))))
print(repr(float(f1_score(d, called.called))))
print(repr(float(jaccard_score(d, called.called))))
rate, share, threshold = roc_curve(y, scored.score, drop_intermediate=False)
for row in list(zip(threshold, share, rate))[1:]:
    print(','.join(repr(float(cell)) for cell in row))
";

#[test]
fn auc_kappa_dice_and_iou_are_those_of_scikit_learn() {
    let fixture = Fixture::new();
    let probe = python().args(["-c", "import sklearn, pandas"]).output();
    if !probe.is_ok_and(|probe| probe.status.success()) {
        eprintln!("skipped: Python has no scikit-learn and pandas");
        return;
    }
    let path = fixture.root().parent().unwrap().join("rows.csv");
    fixture.done(&["query", ROWS, "-o", path.to_str().unwrap()]);
    let output = python().args(["-c", SCRIPT, path.to_str().unwrap()]).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let numbers = |text: &str| -> Vec<f64> {
        text.split([',', '\n']).filter_map(|cell| cell.trim().parse().ok()).collect()
    };
    let ours = fixture.done(&[
        "query",
        "--format",
        "csv",
        &format!(
            "SELECT roc_auc(score, diseased), cohen_kappa(a, b), dice(called, diseased), \
             iou(called, diseased) FROM ({ROWS})"
        ),
    ]);
    let points = fixture.done(&[
        "query",
        "--format",
        "csv",
        &format!("SELECT unnest(roc_points(score, diseased), recursive := true) FROM ({ROWS})"),
    ]);
    let last = ours.lines().last().unwrap();
    let (_, points) = points.split_once('\n').unwrap();
    let (ours, theirs) = (numbers(&format!("{last}\n{points}")), numbers(&text));
    assert_eq!(ours.len(), 4 + 3 * 22, "{ours:?}");
    assert_eq!(theirs.len(), ours.len(), "{}", String::from_utf8_lossy(&output.stderr));
    for (a, b) in ours.iter().zip(&theirs) {
        assert!((a - b).abs() < 1e-12, "{a} instead of {b}");
    }
}

#[test]
fn what_is_undefined_is_null() {
    let fixture = Fixture::new();
    let ask = |sql: &str| fixture.done(&["query", "--format", "csv", sql]);
    let one = "SELECT roc_auc(s, d) AS auc, cohen_kappa(d, d) AS kappa, dice(d, NOT d) AS dice, iou(d, NULL) AS iou \
               FROM (VALUES (1, true), (2, NULL)) AS t(s, d)";
    assert_eq!(ask(one), "auc,kappa,dice,iou\n,,0.0,\n");
    assert_eq!(ask(&format!("{one} WHERE false")), "auc,kappa,dice,iou\n,,,\n");
    let boxes = "WITH b AS (FROM (VALUES (1, 0, 0, 2, 2), (2, 1, 1, 3, 3), (3, 5, 5, 6, 6), (4, NULL, 0, 1, 1)) AS \
                 t(id, bbox_x_min_px, bbox_y_min_px, bbox_x_max_px, bbox_y_max_px)) \
                 SELECT b.id, box_overlap(a, b) AS iou FROM b AS a, b WHERE a.id = 1 ORDER BY 1";
    assert_eq!(ask(boxes), "id,iou\n1,1.0\n2,0.14285714285714285\n3,0.0\n4,\n");
}
