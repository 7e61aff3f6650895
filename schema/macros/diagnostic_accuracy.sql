-- title: Diagnostic accuracy of BI-RADS from a threshold on
-- usage: FROM diagnostic_accuracy('4A')
-- depends: birads_at_least, readings, wilson_interval
-- gives: one row per measure: sensitivity, specificity, positive and negative predictive value, with counts and 95 % interval
-- example: SELECT measure, k, n, round(value, 3) AS value, round(low, 3) AS low, round(high, 3) AS high FROM diagnostic_accuracy('4A')
-- A breast counts if it has an outcome and its own category other than 0 (incomplete) and 6 (known
-- cancer: the outcome was known before the reading). The two breasts of one patient are not independent,
-- so the intervals are slightly too narrow. The groups of a data set are selected, unlike in screening:
-- predictive values are those of this mixture.
CREATE MACRO diagnostic_accuracy(code) AS TABLE
WITH called AS (
    SELECT birads_at_least(birads_code, code) AS positive, is_malignant AS diseased
    FROM readings
    WHERE birads BETWEEN 1 AND 5 AND is_malignant IS NOT NULL
), measures AS (
    SELECT 1 AS place, 'sensitivity' AS measure, count(*) FILTER (positive AND diseased) AS k, count(*) FILTER (diseased) AS n FROM called
    UNION ALL
    SELECT 2, 'specificity', count(*) FILTER (NOT positive AND NOT diseased), count(*) FILTER (NOT diseased) FROM called
    UNION ALL
    SELECT 3, 'positive predictive value', count(*) FILTER (positive AND diseased), count(*) FILTER (positive) FROM called
    UNION ALL
    SELECT 4, 'negative predictive value', count(*) FILTER (NOT positive AND NOT diseased), count(*) FILTER (NOT positive) FROM called
)
SELECT measure, k, n, k / nullif(n, 0) AS value, wilson_interval(k, n).low AS low, wilson_interval(k, n).high AS high
FROM measures ORDER BY place;
