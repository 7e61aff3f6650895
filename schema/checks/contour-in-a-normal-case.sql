-- severity: error
-- title: Contours in cases whose group excludes them
--   ko: 군과 맞지 않는 증례의 윤곽
-- means: A case of the group normal has a contour, or a benign case has one labelled cancer.
--   ko: normal 군 증례에 윤곽이 있거나, benign 증례에 cancer 라벨의 윤곽이 있습니다.
-- advice: Find out whether the group or the annotation is wrong before using the case.
--   ko: 증례를 사용하기 전에 군과 주석 중 어느 것이 잘못되었는지 확인하십시오.
-- population: lesions JOIN patients USING (case_id) WHERE NOT superseded AND diagnosis IN ('normal', 'benign')
-- key: annotation_path, view, lesion_id
SELECT l.case_id, p.diagnosis, l.label, l.view, l.lesion_id, l.reader, l.annotation_path
FROM lesions AS l JOIN patients AS p USING (case_id)
WHERE NOT l.superseded
  AND (p.diagnosis = 'normal' OR (p.diagnosis = 'benign' AND l.label = 'cancer'))
ORDER BY l.case_id, l.annotation_path, l.view, l.lesion_id
