-- severity: error
-- title: Contours in cases that have no such finding
-- means: A contour lies in a case of the group normal, or one labelled cancer in a benign case.
-- advice: Find out whether the group or the annotation is wrong before the case is used.
SELECT l.case_id, p.diagnosis, l.label, l.view, l.lesion_id, l.reader, l.annotation_path
FROM lesions AS l JOIN patients AS p USING (case_id)
WHERE NOT l.superseded
  AND (p.diagnosis = 'normal' OR (p.diagnosis = 'benign' AND l.label = 'cancer'))
ORDER BY l.case_id, l.annotation_path, l.view, l.lesion_id
