-- title: Sensitivity
--   ko: 민감도
-- usage: sensitivity(called, diseased)
-- gives: of those with the disease, the share called positive; an aggregate of two conditions that ignores rows where either is null; null where no row remains
--   ko: 질병이 있는 것 중 양성으로 판정한 비율; 하나라도 null인 행은 무시하는, 두 조건의 집계 함수; 남는 행이 없으면 null
-- example: SELECT vendor, round(sensitivity(birads_at_least(birads_code, '4A'), is_malignant), 3) AS share FROM readings GROUP BY 1 ORDER BY 1
CREATE MACRO sensitivity(called, diseased) AS
count(*) FILTER (called AND diseased) / nullif(count(*) FILTER (diseased AND called IS NOT NULL), 0);
