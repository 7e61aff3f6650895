-- severity: warning
-- title: Normal cases with BI-RADS 4 or higher
--   ko: BI-RADS 4 이상인 정상 증례
-- means: A case of the group normal has an assessment for which biopsy is recommended.
--   ko: normal 군 증례의 판정이 조직검사가 권고되는 범주입니다.
-- advice: Check the report: with a benign result the case belongs to the group benign, with cancer to malignant.
--   ko: 보고서를 확인하십시오. 결과가 양성(benign)이면 benign 군, 암이면 malignant 군에 속합니다.
-- population: patients WHERE diagnosis = 'normal' AND birads_max IS NOT NULL
-- key: case_id
SELECT case_id, birads_max_code, birads_both_code, birads_left_code, birads_right_code, source_file, source_sheet, source_row
FROM patients
WHERE diagnosis = 'normal' AND birads_max >= 4
ORDER BY case_id
