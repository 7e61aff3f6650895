-- title: 95 % confidence interval of a proportion
-- usage: wilson_interval(k, n)
-- gives: {low, high} for k of n, by Wilson's score without continuity correction; null where n is 0
-- example: SELECT vendor, k / n AS share, wilson_interval(k, n).low AS low, wilson_interval(k, n).high AS high FROM (SELECT vendor, count(*) FILTER (diagnosis = 'malignant') AS k, count(*) AS n FROM patients GROUP BY 1) ORDER BY 1
-- Wilson 1927; method 3 of Newcombe, Statistics in Medicine 17 (1998) 857. Unlike p ± 1.96 SE it is valid
-- for few cases and for proportions near 0 and 1. 3.8415 is the square of 1.96.
CREATE MACRO wilson_interval(k, n) AS
CASE WHEN n > 0 THEN {
    'low': CASE WHEN k = 0 THEN 0.0::DOUBLE ELSE
        (2 * k + 3.841458820694124 - 1.959963984540054 * sqrt(3.841458820694124 + 4.0::DOUBLE * k * (n - k) / n)) / (2 * (n + 3.841458820694124)) END,
    'high': CASE WHEN k = n THEN 1.0::DOUBLE ELSE
        (2 * k + 3.841458820694124 + 1.959963984540054 * sqrt(3.841458820694124 + 4.0::DOUBLE * k * (n - k) / n)) / (2 * (n + 3.841458820694124)) END
} END;
