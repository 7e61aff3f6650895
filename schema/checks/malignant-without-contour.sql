-- severity: warning
-- title: Malignant cases without a contour
--   ko: 윤곽 없는 악성 증례
-- means: No valid annotation has a contour on any image of the case, and no reader marked it as unreadable. Not annotated does not mean free of cancer.
--   ko: 증례의 어느 영상에도 유효한 주석의 윤곽이 없고, 판독 불가로 표시한 판독자도 없습니다. 주석이 없다는 것은 암이 없다는 뜻이 아닙니다.
-- advice: Find the annotation file; never treat the case as negative.
--   ko: 주석 파일을 찾으십시오. 증례를 음성으로 다루지 마십시오.
-- population: patients WHERE diagnosis = 'malignant' AND image_count > 0
-- key: case_id
SELECT case_id, annotation_count, image_count, tumor_location_raw
FROM patients
WHERE diagnosis = 'malignant' AND lesion_count = 0 AND image_count > 0 AND discarded IS NOT true
ORDER BY case_id
