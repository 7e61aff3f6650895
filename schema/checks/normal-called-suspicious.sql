-- severity: warning
-- title: Normal cases with BI-RADS 4 or higher
-- means: A case of the group normal has an assessment for which a biopsy is recommended.
-- advice: Look at the report: a benign result belongs to the group benign, a cancer to malignant.
SELECT case_id, birads_max_code, birads_both_code, birads_left_code, birads_right_code, source_file, source_sheet, source_row
FROM patients
WHERE diagnosis = 'normal' AND birads_max >= 4
ORDER BY case_id
