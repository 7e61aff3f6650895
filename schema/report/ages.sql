SELECT (age_years // 10 * 10) || '–' || (age_years // 10 * 10 + 9) AS age, diagnosis, count(*) AS patients
FROM patients
WHERE case_id IN ({cases})
GROUP BY age_years // 10, diagnosis
ORDER BY age_years // 10 NULLS LAST, list_position(['normal', 'benign', 'malignant'], diagnosis) NULLS LAST
