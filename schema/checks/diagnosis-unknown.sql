-- severity: error
-- title: Cases of no known group
-- means: Neither workbook, folder nor ID says normal, benign or malignant, or they contradict each other.
-- advice: Give the group in the workbook, or a rule in the profile; until then the case has no label.
SELECT case_id, image_count, source_file, source_sheet, source_row
FROM patients
WHERE diagnosis IS NULL
ORDER BY case_id
