-- title: 95 % confidence interval of a proportion
--   ko: 비율의 95 % 신뢰구간
-- usage: wilson_interval(k, n)
-- gives: {low, high} for k of n, by Wilson's score without continuity correction; null where n is 0
--   ko: n 중 k에 대한 {low, high}, 연속성 보정 없는 윌슨 점수 구간; n이 0이면 null
-- example: SELECT vendor, k / n AS share, wilson_interval(k, n).low AS low, wilson_interval(k, n).high AS high FROM (SELECT vendor, count(*) FILTER (diagnosis = 'malignant') AS k, count(*) AS n FROM patients GROUP BY 1) ORDER BY 1
-- Wilson 1927; method 3 of Newcombe, Statistics in Medicine 17 (1998) 857. Unlike p ± 1.96 SE it is valid
-- for few cases and for proportions near 0 and 1. 3.8415 is the square of 1.96.
--   ko: Wilson 1927; Newcombe, Statistics in Medicine 17 (1998) 857의 3번 방법. p ± 1.96 SE와 달리 증례가 적거나 비율이
--   ko: 0과 1에 가까워도 유효하다. 3.8415는 1.96의 제곱이다.
CREATE MACRO wilson_interval(k, n) AS
CASE WHEN n > 0 THEN {
    'low': CASE WHEN k = 0 THEN 0.0::DOUBLE ELSE
        (2 * k + 3.841458820694124 - 1.959963984540054 * sqrt(3.841458820694124 + 4.0::DOUBLE * k * (n - k) / n)) / (2 * (n + 3.841458820694124)) END,
    'high': CASE WHEN k = n THEN 1.0::DOUBLE ELSE
        (2 * k + 3.841458820694124 + 1.959963984540054 * sqrt(3.841458820694124 + 4.0::DOUBLE * k * (n - k) / n)) / (2 * (n + 3.841458820694124)) END
} END;
