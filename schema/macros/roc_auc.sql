-- title: Area under the ROC curve
-- usage: roc_auc(score, diseased)
-- gives: the probability that a row with the disease has a higher score than one without, ties counted half; an aggregate that ignores rows where either is null; null without rows of both kinds
-- example: SELECT round(roc_auc(birads_rank(birads_code), is_malignant), 3) AS auc FROM readings WHERE birads BETWEEN 1 AND 5
-- Mann and Whitney 1947; equal to the trapezoidal area, as scikit-learn's roc_auc_score. The scores are sorted once and
-- read in order: positives of one score win over all negatives below, and tie with those of the same score.
CREATE MACRO roc_auc(score, diseased) AS
list_transform(
    [list_reduce(
        list({'score': score, 'wins': 0.0::DOUBLE, 'below': 0::BIGINT, 'positive': (diseased)::INTEGER::BIGINT, 'negative': (NOT diseased)::INTEGER::BIGINT, 'positives': (diseased)::INTEGER::BIGINT} ORDER BY score)
            FILTER (score IS NOT NULL AND diseased IS NOT NULL),
        lambda a, b: CASE WHEN a.score = b.score THEN
            {'score': b.score, 'wins': a.wins, 'below': a.below, 'positive': a.positive + b.positive, 'negative': a.negative + b.negative, 'positives': a.positives + b.positives}
        ELSE
            {'score': b.score, 'wins': a.wins + a.positive * (a.below + a.negative / 2), 'below': a.below + a.negative, 'positive': b.positive, 'negative': b.negative, 'positives': a.positives + b.positives}
        END)],
    lambda r: (r.wins + r.positive * (r.below + r.negative / 2)) / nullif(r.positives * (r.below + r.negative), 0))[1];
