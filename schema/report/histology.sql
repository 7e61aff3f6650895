SELECT histology_group, count(*) AS patients
FROM patients
WHERE case_id IN ({cases}) AND diagnosis = 'malignant'
GROUP BY ALL
ORDER BY patients DESC, histology_group NULLS LAST
