-- severity: info
-- title: Malignant cases whose record names no side
-- means: The workbook does not say which breast has the tumour, so that readings.is_malignant is null for both.
-- advice: Complete the place of the tumour; a contour shows the side to a person, not to the record.
SELECT case_id, tumor_location_raw, lesion_count, source_file, source_sheet, source_row
FROM patients
WHERE diagnosis = 'malignant'
  AND case_id NOT IN (SELECT case_id FROM breasts WHERE has_tumor)
ORDER BY case_id
