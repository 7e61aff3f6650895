-- severity: info
-- title: Breasts with contours on CC only or MLO only
--   ko: CC 또는 MLO에만 윤곽이 있는 유방
-- means: Both views exist and only one has a contour; the tumour may be visible in one projection only, or the other view was forgotten.
--   ko: 두 촬영 방향이 모두 있는데 한쪽에만 윤곽이 있습니다. 종양이 한 투영에서만 보일 수도 있고, 다른 쪽을 빠뜨렸을 수도 있습니다.
-- advice: Check the other view when the annotation is reviewed.
--   ko: 주석을 검토할 때 다른 촬영 방향을 확인하십시오.
-- population: (SELECT DISTINCT case_id, laterality FROM lesions WHERE NOT superseded AND discarded IS NOT true AND view IN ('LCC', 'LMLO', 'RCC', 'RMLO'))
-- key: case_id, laterality
SELECT b.case_id, b.laterality, d.drawn, b.readers
FROM breasts AS b JOIN (
    SELECT case_id, laterality, list_sort(list(DISTINCT view)) AS drawn
    FROM lesions
    WHERE NOT superseded AND discarded IS NOT true AND view IN ('LCC', 'LMLO', 'RCC', 'RMLO')
    GROUP BY case_id, laterality
) AS d USING (case_id, laterality)
WHERE len(d.drawn) = 1
  AND list_contains(b.views, b.laterality || 'CC') AND list_contains(b.views, b.laterality || 'MLO')
ORDER BY b.case_id, b.laterality
