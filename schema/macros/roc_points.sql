-- title: Points of the ROC curve
-- usage: roc_points(score, diseased)
-- gives: list of {threshold, sensitivity, false_positive_rate}, one per distinct score from high to low, a row being called positive from the threshold on; an aggregate that ignores rows where either is null
-- example: SELECT unnest(roc_points(birads_rank(birads_code), is_malignant), recursive := true) FROM readings WHERE birads BETWEEN 1 AND 5
-- For scores of some hundred values, such as categories: every threshold reads all scores.
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
