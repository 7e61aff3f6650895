-- severity: info
-- title: Malignant breasts with BI-RADS 1 or 2
-- means: The tumour is in a breast read as negative or benign: missed, occult on mammography, or a cell for the wrong side.
-- advice: Compare left and right in the report; keep true misses, which a model should learn.
-- population: readings WHERE is_malignant AND birads IS NOT NULL
-- key: case_id, laterality
SELECT r.case_id, r.laterality, r.birads_code, p.tumor_location_raw, p.source_file, p.source_sheet, p.source_row
FROM readings AS r JOIN patients AS p USING (case_id)
WHERE r.is_malignant AND r.birads IN (1, 2)
ORDER BY r.case_id, r.laterality
