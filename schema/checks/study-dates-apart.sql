-- severity: warning
-- title: Images of one case more than a year apart
--   ko: 일 년 넘게 떨어진 한 증례의 영상
-- means: One case is one exam; these are two, and the clinical row belongs to at most one of them.
--   ko: 한 증례는 한 번의 검사입니다. 이들은 두 번의 검사이며 임상 행은 많아야 그중 하나의 것입니다.
-- advice: Keep the study described by the clinical row.
--   ko: 임상 행이 기술하는 검사를 남기십시오.
-- population: (SELECT case_id FROM images WHERE study_date IS NOT NULL AND case_id IS NOT NULL GROUP BY case_id)
-- key: case_id
SELECT case_id, min(study_date) AS first, max(study_date) AS last, max(study_date) - min(study_date) AS days, count(DISTINCT study_instance_uid) AS studies
FROM images
WHERE case_id IS NOT NULL
GROUP BY case_id
HAVING max(study_date) - min(study_date) > 365
ORDER BY case_id
