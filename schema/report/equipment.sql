SELECT vendor, model_family, count(DISTINCT case_id) AS patients, count(*) AS images
FROM images
WHERE case_id IN ({cases})
GROUP BY ALL
ORDER BY vendor NULLS LAST, model_family NULLS LAST
