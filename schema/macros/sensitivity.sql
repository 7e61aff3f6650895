-- title: Sensitivity
-- usage: sensitivity(called, diseased)
-- gives: of those with the disease, the share called positive; an aggregate of two conditions that ignores rows where either is null; null where no row remains
-- example: SELECT vendor, round(sensitivity(birads_at_least(birads_code, '4A'), is_malignant), 3) AS share FROM readings GROUP BY 1 ORDER BY 1
CREATE MACRO sensitivity(called, diseased) AS
count(*) FILTER (called AND diseased) / nullif(count(*) FILTER (diseased AND called IS NOT NULL), 0);
