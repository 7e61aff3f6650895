-- severity: error
-- title: Contours on the breast that the clinical record excludes
--   ko: 임상 기록과 반대쪽 유방에 그려진 윤곽
-- means: According to the workbook the malignant tumour is on the other side only, and this contour is not labelled benign.
--   ko: 워크북에 따르면 악성 종양은 반대쪽에만 있으며, 이 윤곽은 benign 라벨이 아닙니다.
-- advice: Find out which is wrong, the text or the side of the image, before using the breast.
--   ko: 유방을 사용하기 전에 기록과 영상의 좌우 중 어느 것이 잘못되었는지 확인하십시오.
-- population: lesions WHERE NOT superseded AND laterality IS NOT NULL
-- key: annotation_path, view, lesion_id
-- finding: lesion-side-contradicts
SELECT l.case_id, l.view, l.lesion_id, p.tumor_side, p.tumor_location_raw, l.reader, l.annotation_path
FROM lesions AS l
JOIN breasts AS b USING (case_id, laterality)
JOIN patients AS p USING (case_id)
WHERE b.has_tumor = false AND NOT l.superseded AND l.label IS DISTINCT FROM 'benign'
ORDER BY l.case_id, l.annotation_path, l.view, l.lesion_id
