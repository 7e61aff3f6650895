WITH first_exam AS (
    SELECT case_id, min(year(study_date)) AS year, min(vendor) AS vendor
    FROM images
    WHERE case_id IN ({cases})
    GROUP BY case_id
)
SELECT vendor, year, count(*) AS patients
FROM first_exam
GROUP BY ALL
ORDER BY vendor NULLS LAST, year NULLS LAST
