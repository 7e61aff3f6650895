-- severity: info
-- title: Breasts drawn on CC alone or on MLO alone
-- means: Both views are there and a contour is on one of them; a tumour may show in one projection only, or the other was forgotten.
-- advice: Look at the other view when the annotation is reviewed.
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
