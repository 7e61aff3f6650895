-- severity: warning
-- title: Images of one case from two manufacturers
-- means: One exam is made on one device; these come from two, so one of the files may belong to another patient.
-- advice: Compare study dates and UIDs of the images.
-- population: (SELECT case_id FROM images WHERE case_id IS NOT NULL AND vendor IS NOT NULL GROUP BY case_id)
-- key: case_id
SELECT case_id, list_sort(list(DISTINCT vendor)) AS vendors, count(DISTINCT study_instance_uid) AS studies, count(*) AS images
FROM images
WHERE case_id IS NOT NULL AND vendor IS NOT NULL
GROUP BY case_id
HAVING count(DISTINCT vendor) > 1
ORDER BY case_id
