-- severity: info
-- title: Clinical size and contour differ by a factor of three
-- means: The longest contour diameter is more than three times the size in the workbook, or less than a third of it. The two quantities differ (see the view lesion_sizes), but at such a ratio one belongs to another tumour or is in another unit.
-- advice: Check the image and tumor_size_raw.
-- population: lesion_sizes WHERE ratio IS NOT NULL
-- key: case_id, laterality
SELECT s.case_id, s.laterality, s.clinical_size_mm, round(s.measured_mm, 1) AS measured_mm, round(s.ratio, 2) AS ratio, s.measured_view, p.tumor_size_raw
FROM lesion_sizes AS s JOIN patients AS p USING (case_id)
WHERE s.ratio > 3 OR s.ratio < 1 / 3
ORDER BY s.case_id, s.laterality
