-- severity: error
-- title: Contours in cases whose group excludes them
-- means: A case of the group normal has a contour, or a benign case has one labelled cancer.
-- advice: Find out whether the group or the annotation is wrong before using the case.
-- population: lesions JOIN patients USING (case_id) WHERE NOT superseded AND diagnosis IN ('normal', 'benign')
-- key: annotation_path, view, lesion_id
SELECT l.case_id, p.diagnosis, l.label, l.view, l.lesion_id, l.reader, l.annotation_path
FROM lesions AS l JOIN patients AS p USING (case_id)
WHERE NOT l.superseded
  AND (p.diagnosis = 'normal' OR (p.diagnosis = 'benign' AND l.label = 'cancer'))
ORDER BY l.case_id, l.annotation_path, l.view, l.lesion_id
