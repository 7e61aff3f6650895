-- severity: info
-- title: Malignant cases without a tumour side
-- means: The workbook does not record which breast has the tumour, so readings.is_malignant is null for both.
-- advice: Complete the location of the tumour; a contour shows the side but is not part of the clinical record.
-- population: patients WHERE diagnosis = 'malignant'
-- key: case_id
SELECT case_id, tumor_location_raw, lesion_count, source_file, source_sheet, source_row
FROM patients
WHERE diagnosis = 'malignant'
  AND case_id NOT IN (SELECT case_id FROM breasts WHERE has_tumor)
ORDER BY case_id
