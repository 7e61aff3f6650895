-- severity: info
-- title: Malignant breasts with BI-RADS 1 or 2
--   ko: BI-RADS 1 또는 2인 악성 유방
-- means: The tumour is in a breast read as negative or benign: missed, occult on mammography, or a cell for the wrong side.
--   ko: 음성 또는 양성(benign) 소견으로 판독된 유방에 종양이 있습니다. 놓쳤거나, 유방촬영술에서 보이지 않거나, 셀의 좌우가 잘못되었습니다.
-- advice: Compare left and right in the report; keep true misses, which a model should learn.
--   ko: 보고서에서 좌우를 비교하십시오. 실제로 놓친 증례는 모델이 배워야 하므로 남겨 두십시오.
-- population: readings WHERE is_malignant AND birads IS NOT NULL
-- key: case_id, laterality
SELECT r.case_id, r.laterality, r.birads_code, p.tumor_location_raw, p.source_file, p.source_sheet, p.source_row
FROM readings AS r JOIN patients AS p USING (case_id)
WHERE r.is_malignant AND r.birads IN (1, 2)
ORDER BY r.case_id, r.laterality
