-- severity: warning
-- title: Malignant cases without a contour
-- means: No annotation that counts draws on any image of the case, and no reader called it unreadable. Not annotated is not free of cancer.
-- advice: Look for the annotation file; never take the case as a negative.
SELECT case_id, annotation_count, image_count, tumor_location_raw
FROM patients
WHERE diagnosis = 'malignant' AND lesion_count = 0 AND image_count > 0 AND discarded IS NOT true
ORDER BY case_id
