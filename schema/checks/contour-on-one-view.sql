-- severity: info
-- title: Breasts with contours on CC only or MLO only
-- means: Both views exist and only one has a contour; the tumour may be visible in one projection only, or the other view was forgotten.
-- advice: Check the other view when the annotation is reviewed.
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
