-- severity: warning
-- title: Several standard images of one view
-- means: A case has more than one image of a view with the same intent and type: a repeated exposure, a second study, or a copy.
-- advice: Decide which one counts; a manifest lists all of them.
-- population: (SELECT DISTINCT case_id, view, presentation_intent, mammogram_type FROM images WHERE is_standard_view AND case_id IS NOT NULL AND view IS NOT NULL)
-- key: case_id, view, presentation_intent, mammogram_type
SELECT case_id, view, presentation_intent, mammogram_type, count(*) AS images, list_sort(list(path)) AS paths
FROM images
WHERE is_standard_view AND case_id IS NOT NULL AND view IS NOT NULL
GROUP BY ALL
HAVING count(*) > 1
ORDER BY ALL
