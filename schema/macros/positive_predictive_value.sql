-- title: Positive predictive value
-- usage: positive_predictive_value(called, diseased)
-- gives: of those called positive, the share with the disease; an aggregate of two conditions that ignores rows where either is null; null where no row remains
-- example: SELECT vendor, round(positive_predictive_value(birads_at_least(birads_code, '4A'), is_malignant), 3) AS share FROM readings GROUP BY 1 ORDER BY 1
CREATE MACRO positive_predictive_value(called, diseased) AS
count(*) FILTER (called AND diseased) / nullif(count(*) FILTER (called AND diseased IS NOT NULL), 0);
