-- severity: error
-- title: Cases of unknown group
-- means: Workbook, folder and ID do not give normal, benign or malignant, or they contradict each other.
-- advice: Add the group to the workbook, or a rule to the profile; until then the case has no label.
SELECT case_id, image_count, source_file, source_sheet, source_row
FROM patients
WHERE diagnosis IS NULL
ORDER BY case_id
