-- title: Specificity
--   ko: 특이도
-- usage: specificity(called, diseased)
-- gives: of those without the disease, the share called negative; an aggregate of two conditions that ignores rows where either is null; null where no row remains
--   ko: 질병이 없는 것 중 음성으로 판정한 비율; 하나라도 null인 행은 무시하는, 두 조건의 집계 함수; 남는 행이 없으면 null
-- example: SELECT vendor, round(specificity(birads_at_least(birads_code, '4A'), is_malignant), 3) AS share FROM readings GROUP BY 1 ORDER BY 1
CREATE MACRO specificity(called, diseased) AS
count(*) FILTER (NOT called AND NOT diseased) / nullif(count(*) FILTER (NOT diseased AND called IS NOT NULL), 0);
