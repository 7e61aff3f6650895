-- severity: warning
-- title: Images of one case from two manufacturers
--   ko: 제조사가 둘인 한 증례의 영상
-- means: One exam is made on one device; these come from two, so one of the files may belong to another patient.
--   ko: 한 번의 검사는 한 장비로 촬영합니다. 이 영상들은 두 장비의 것이므로 파일 중 하나가 다른 환자의 것일 수 있습니다.
-- advice: Compare study dates and UIDs of the images.
--   ko: 영상들의 검사일과 UID를 비교하십시오.
-- population: (SELECT case_id FROM images WHERE case_id IS NOT NULL AND vendor IS NOT NULL GROUP BY case_id)
-- key: case_id
SELECT case_id, list_sort(list(DISTINCT vendor)) AS vendors, count(DISTINCT study_instance_uid) AS studies, count(*) AS images
FROM images
WHERE case_id IS NOT NULL AND vendor IS NOT NULL
GROUP BY case_id
HAVING count(DISTINCT vendor) > 1
ORDER BY case_id
