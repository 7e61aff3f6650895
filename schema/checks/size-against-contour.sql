-- severity: info
-- title: Clinical size and contour differ by a factor of three
-- means: The longest diameter drawn is more than three times the workbook's size, or less than a third of it. They are not the same quantity (see the view lesion_sizes), but so far apart one is of another tumour or unit.
-- advice: Look at the picture and at tumor_size_raw.
SELECT s.case_id, s.laterality, s.clinical_size_mm, round(s.measured_mm, 1) AS measured_mm, round(s.ratio, 2) AS ratio, s.measured_view, p.tumor_size_raw
FROM lesion_sizes AS s JOIN patients AS p USING (case_id)
WHERE s.ratio > 3 OR s.ratio < 1 / 3
ORDER BY s.case_id, s.laterality
