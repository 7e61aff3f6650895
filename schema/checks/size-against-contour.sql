-- severity: info
-- title: Clinical size and contour differ by a factor of three
--   ko: 세 배 이상 차이 나는 임상 크기와 윤곽
-- means: The longest contour diameter is more than three times the size in the workbook, or less than a third of it. The two quantities differ (see the view lesion_sizes), but at such a ratio one belongs to another tumour or is in another unit.
--   ko: 윤곽의 최대 지름이 워크북의 크기의 세 배를 넘거나 3분의 1에 못 미칩니다. 두 값은 서로 다른 양이지만(뷰 lesion_sizes 참고), 이 정도 비율이면 하나는 다른 종양의 값이거나 단위가 다릅니다.
-- advice: Check the image and tumor_size_raw.
--   ko: 영상과 tumor_size_raw를 확인하십시오.
-- population: lesion_sizes WHERE ratio IS NOT NULL
-- key: case_id, laterality
SELECT s.case_id, s.laterality, s.clinical_size_mm, round(s.measured_mm, 1) AS measured_mm, round(s.ratio, 2) AS ratio, s.measured_view, p.tumor_size_raw
FROM lesion_sizes AS s JOIN patients AS p USING (case_id)
WHERE s.ratio > 3 OR s.ratio < 1 / 3
ORDER BY s.case_id, s.laterality
