WITH cases AS (
    SELECT case_id, diagnosis, views, has_four_views FROM patients WHERE case_id IN ({cases})
), present AS (
    SELECT unnest(views) AS view, diagnosis FROM cases
    UNION ALL
    SELECT CASE WHEN has_four_views THEN 'all_four' ELSE 'not_all_four' END, diagnosis FROM cases
)
SELECT view, diagnosis, count(*) AS patients
FROM present
WHERE view IN ('RCC', 'LCC', 'RMLO', 'LMLO', 'all_four', 'not_all_four')
GROUP BY view, diagnosis
ORDER BY list_position(['RCC', 'LCC', 'RMLO', 'LMLO', 'all_four', 'not_all_four'], view),
         list_position(['normal', 'benign', 'malignant'], diagnosis) NULLS LAST
