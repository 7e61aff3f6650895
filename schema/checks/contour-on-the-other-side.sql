-- severity: error
-- title: Contours on the breast that the clinical record excludes
-- means: According to the workbook the malignant tumour is on the other side only, and this contour is not labelled benign.
-- advice: Find out which is wrong, the text or the side of the image, before using the breast.
-- population: lesions WHERE NOT superseded AND laterality IS NOT NULL
-- key: annotation_path, view, lesion_id
-- finding: lesion-side-contradicts
SELECT l.case_id, l.view, l.lesion_id, p.tumor_side, p.tumor_location_raw, l.reader, l.annotation_path
FROM lesions AS l
JOIN breasts AS b USING (case_id, laterality)
JOIN patients AS p USING (case_id)
WHERE b.has_tumor = false AND NOT l.superseded AND l.label IS DISTINCT FROM 'benign'
ORDER BY l.case_id, l.annotation_path, l.view, l.lesion_id
