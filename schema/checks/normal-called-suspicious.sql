-- severity: warning
-- title: Normal cases with BI-RADS 4 or higher
-- means: A case of the group normal has an assessment for which biopsy is recommended.
-- advice: Check the report: with a benign result the case belongs to the group benign, with cancer to malignant.
-- population: patients WHERE diagnosis = 'normal' AND birads_max IS NOT NULL
-- key: case_id
SELECT case_id, birads_max_code, birads_both_code, birads_left_code, birads_right_code, source_file, source_sheet, source_row
FROM patients
WHERE diagnosis = 'normal' AND birads_max >= 4
ORDER BY case_id
