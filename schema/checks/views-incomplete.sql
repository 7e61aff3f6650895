-- severity: error
-- title: Cases without all four standard views
-- means: LCC, LMLO, RCC or RMLO is missing or exists only as a special view.
-- advice: Find the file; exclude the case where four views are required (`patients.has_four_views`).
-- population: patients
-- key: case_id
-- finding: views-missing
SELECT p.case_id, p.diagnosis, list_filter(['LCC', 'LMLO', 'RCC', 'RMLO'], lambda v: NOT list_contains(coalesce(i.views, []), v)) AS missing, p.image_count
FROM patients AS p
LEFT JOIN (
    SELECT case_id, list(DISTINCT view) AS views FROM images WHERE is_standard_view GROUP BY case_id
) AS i USING (case_id)
WHERE len(missing) > 0
ORDER BY p.case_id
