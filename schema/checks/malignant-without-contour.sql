-- severity: warning
-- title: Malignant cases without a contour
-- means: No valid annotation has a contour on any image of the case, and no reader marked it as unreadable. Not annotated does not mean free of cancer.
-- advice: Find the annotation file; never treat the case as negative.
-- population: patients WHERE diagnosis = 'malignant' AND image_count > 0
-- key: case_id
SELECT case_id, annotation_count, image_count, tumor_location_raw
FROM patients
WHERE diagnosis = 'malignant' AND lesion_count = 0 AND image_count > 0 AND discarded IS NOT true
ORDER BY case_id
