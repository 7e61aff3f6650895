-- title: Diagnostic accuracy of BI-RADS from a threshold on
--   ko: 임계값 이상을 양성으로 본 BI-RADS의 진단 정확도
-- usage: FROM diagnostic_accuracy('4A')
-- depends: birads_at_least, readings, wilson_interval
-- gives: one row per measure: sensitivity, specificity, positive and negative predictive value, with counts and 95 % interval
--   ko: 측도당 한 행: 민감도, 특이도, 양성·음성 예측도와 그 건수 및 95 % 신뢰구간
-- example: SELECT measure, k, n, round(value, 3) AS value, round(low, 3) AS low, round(high, 3) AS high FROM diagnostic_accuracy('4A')
-- A breast counts if it has an outcome and its own category other than 0 (incomplete) and 6 (known
-- cancer: the outcome was known before the reading). The two breasts of one patient are not independent,
-- so the intervals are slightly too narrow. The groups of a data set are selected, unlike in screening:
-- predictive values are those of this mixture.
--   ko: 결과가 있고 0(추가 영상 평가 필요)과 6(이미 알려진 암: 판독 전에 결과를 앎)이 아닌 자체 범주가 있는 유방을 센다.
--   ko: 한 환자의 두 유방은 독립이 아니므로 구간이 실제보다 약간 좁다. 데이터셋의 군은 검진과 달리 선택된 것이므로
--   ko: 예측도는 이 구성에서의 값이다.
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
