-- severity: error
-- title: Cases without all four standard views
--   ko: 네 가지 표준 촬영 방향이 모두 있지 않은 증례
-- means: LCC, LMLO, RCC or RMLO is missing or exists only as a special view.
--   ko: LCC, LMLO, RCC, RMLO 중 하나가 없거나 특수 촬영으로만 있습니다.
-- advice: Find the file; exclude the case where four views are required (`patients.has_four_views`).
--   ko: 파일을 찾으십시오. 네 촬영 방향이 필요한 곳에서는 증례를 제외하십시오 (`patients.has_four_views`).
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
