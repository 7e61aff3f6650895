-- severity: warning
-- title: Tumours of more than 20 cm
-- means: The column is in cm; such a value is most likely in mm.
-- advice: Correct the cell.
SELECT case_id, tumor_size_cm, tumor_size_raw, t_stage_code, source_file, source_sheet, source_row
FROM patients
WHERE tumor_size_cm > 20
ORDER BY case_id
