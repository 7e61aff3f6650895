-- title: Area under the ROC curve
--   ko: ROC 곡선 아래 면적
-- usage: roc_auc(score, diseased)
-- gives: the probability that a row with the disease has a higher score than one without, ties counted half; an aggregate that ignores rows where either is null; null without rows of both kinds
--   ko: 질병이 있는 행의 점수가 없는 행보다 높을 확률, 동점은 절반으로 셈; 하나라도 null인 행은 무시하는 집계 함수; 두 종류의 행이 다 있지 않으면 null
-- example: SELECT round(roc_auc(birads_rank(birads_code), is_malignant), 3) AS auc FROM readings WHERE birads BETWEEN 1 AND 5
-- Mann and Whitney 1947; equal to the trapezoidal area, as scikit-learn's roc_auc_score. The scores are sorted once and
-- read in order: positives of one score win over all negatives below, and tie with those of the same score.
--   ko: Mann과 Whitney 1947; scikit-learn의 roc_auc_score와 같은 사다리꼴 면적. 점수를 한 번 정렬해 차례로 읽는다: 한 점수의 양성은 그 아래 모든 음성을 이기고 같은 점수의 음성과는 비긴다.
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
