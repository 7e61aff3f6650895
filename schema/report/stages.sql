SELECT 'T' || t_stage AS t_stage, 'N' || n_stage AS n_stage, count(*) AS patients
FROM patients
WHERE case_id IN ({cases}) AND diagnosis = 'malignant'
GROUP BY ALL
ORDER BY t_stage NULLS LAST, n_stage NULLS LAST
