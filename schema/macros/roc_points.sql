-- title: Points of the ROC curve
--   ko: ROC 곡선의 점
-- usage: roc_points(score, diseased)
-- gives: list of {threshold, sensitivity, false_positive_rate}, one per distinct score from high to low, a row being called positive from the threshold on; an aggregate that ignores rows where either is null
--   ko: {threshold, sensitivity, false_positive_rate}의 목록, 높은 점수부터 서로 다른 점수마다 하나이며 임계값 이상인 행을 양성으로 봄; 하나라도 null인 행은 무시하는 집계 함수
-- example: SELECT unnest(roc_points(birads_rank(birads_code), is_malignant), recursive := true) FROM readings WHERE birads BETWEEN 1 AND 5
-- For scores of some hundred values, such as categories: every threshold reads all scores.
--   ko: 범주처럼 값이 수백 개 이하인 점수에 쓴다: 임계값마다 모든 점수를 읽는다.
CREATE MACRO roc_points(score, diseased) AS
list_transform(
    [{'positive': coalesce(list(score) FILTER (score IS NOT NULL AND diseased), []), 'negative': coalesce(list(score) FILTER (score IS NOT NULL AND NOT diseased), [])}],
    lambda r: list_transform(
        list_reverse_sort(list_distinct(list_concat(r.positive, r.negative))),
        lambda t: {
            'threshold': t,
            'sensitivity': len(list_filter(r.positive, lambda s: s >= t)) / nullif(len(r.positive), 0),
            'false_positive_rate': len(list_filter(r.negative, lambda s: s >= t)) / nullif(len(r.negative), 0)
        }))[1];
