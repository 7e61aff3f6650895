WITH sizes AS (
    SELECT CASE WHEN tumor_size_cm <= 0.5 THEN 1 WHEN tumor_size_cm <= 1 THEN 2 WHEN tumor_size_cm <= 2 THEN 3
                WHEN tumor_size_cm <= 5 THEN 4 WHEN tumor_size_cm > 5 THEN 5 END AS band
    FROM patients
    WHERE case_id IN ({cases}) AND diagnosis = 'malignant'
)
SELECT ['≤ 0.5', '> 0.5–1', '> 1–2', '> 2–5', '> 5'][band] AS tumor_size_cm, count(*) AS patients
FROM sizes
GROUP BY band
ORDER BY band NULLS LAST
