SELECT birads_max_code AS birads, diagnosis, count(*) AS patients
FROM patients
WHERE case_id IN ({cases})
GROUP BY birads_max_code, diagnosis
ORDER BY list_position(['0', '1', '2', '3', '4', '4A', '4B', '4C', '5', '6'], birads_max_code) NULLS LAST,
         list_position(['normal', 'benign', 'malignant'], diagnosis) NULLS LAST
