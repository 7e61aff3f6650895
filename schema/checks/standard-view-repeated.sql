-- severity: warning
-- title: Several standard images of one view
--   ko: 한 촬영 방향의 표준 영상이 여러 개
-- means: A case has more than one image of a view with the same intent and type: a repeated exposure, a second study, or a copy.
--   ko: 한 증례에 목적과 종류가 같은 같은 촬영 방향의 영상이 둘 이상 있습니다. 재촬영, 두 번째 검사 또는 사본입니다.
-- advice: Decide which one counts; a manifest lists all of them.
--   ko: 어느 것을 쓸지 정하십시오. 매니페스트에는 모두 나열됩니다.
-- population: (SELECT DISTINCT case_id, view, presentation_intent, mammogram_type FROM images WHERE is_standard_view AND case_id IS NOT NULL AND view IS NOT NULL)
-- key: case_id, view, presentation_intent, mammogram_type
SELECT case_id, view, presentation_intent, mammogram_type, count(*) AS images, list_sort(list(path)) AS paths
FROM images
WHERE is_standard_view AND case_id IS NOT NULL AND view IS NOT NULL
GROUP BY ALL
HAVING count(*) > 1
ORDER BY ALL
