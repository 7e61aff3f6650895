-- severity: info
-- title: Malignant cases without a tumour side
--   ko: 종양의 측이 없는 악성 증례
-- means: The workbook does not record which breast has the tumour, so readings.is_malignant is null for both.
--   ko: 워크북에 어느 유방에 종양이 있는지 기록되지 않아 양쪽 모두 readings.is_malignant가 null입니다.
-- advice: Complete the location of the tumour; a contour shows the side but is not part of the clinical record.
--   ko: 종양의 위치를 보완하십시오. 윤곽은 측을 보여 주지만 임상 기록의 일부가 아닙니다.
-- population: patients WHERE diagnosis = 'malignant'
-- key: case_id
SELECT case_id, tumor_location_raw, lesion_count, source_file, source_sheet, source_row
FROM patients
WHERE diagnosis = 'malignant'
  AND case_id NOT IN (SELECT case_id FROM breasts WHERE has_tumor)
ORDER BY case_id
