-- severity: warning
-- title: Images of one case more than a year apart
-- means: One case is one exam; these are two, and the clinical row belongs to at most one of them.
-- advice: Keep the study described by the clinical row.
-- population: (SELECT case_id FROM images WHERE study_date IS NOT NULL AND case_id IS NOT NULL GROUP BY case_id)
-- key: case_id
SELECT case_id, min(study_date) AS first, max(study_date) AS last, max(study_date) - min(study_date) AS days, count(DISTINCT study_instance_uid) AS studies
FROM images
WHERE case_id IS NOT NULL
GROUP BY case_id
HAVING max(study_date) - min(study_date) > 365
ORDER BY case_id
