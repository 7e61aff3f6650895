-- title: Negative predictive value
--   ko: 음성 예측도
-- usage: negative_predictive_value(called, diseased)
-- gives: of those called negative, the share without the disease; an aggregate of two conditions that ignores rows where either is null; null where no row remains
--   ko: 음성으로 판정한 것 중 질병이 없는 비율; 하나라도 null인 행은 무시하는, 두 조건의 집계 함수; 남는 행이 없으면 null
-- example: SELECT vendor, round(negative_predictive_value(birads_at_least(birads_code, '4A'), is_malignant), 3) AS share FROM readings GROUP BY 1 ORDER BY 1
CREATE MACRO negative_predictive_value(called, diseased) AS
count(*) FILTER (NOT called AND NOT diseased) / nullif(count(*) FILTER (NOT called AND diseased IS NOT NULL), 0);
