-- title: Dice coefficient of two conditions
-- usage: dice(a, b)
-- gives: 2 × rows where both hold / (rows where a holds + rows where b holds), 0 to 1, the F1 score; an aggregate that ignores rows where either is null; null where none holds
-- example: SELECT round(dice(has_a, has_b), 3) AS dice FROM (SELECT view, bool_or(outcome <> 'only_b') AS has_a, bool_or(outcome <> 'only_a') AS has_b FROM agreement GROUP BY case_id, view)
-- Of contours as polygons it is in the column dice of agreement.
CREATE MACRO dice(a, b) AS
2 * count(*) FILTER (a AND b) / nullif(count(*) FILTER (a AND b IS NOT NULL) + count(*) FILTER (b AND a IS NOT NULL), 0);
