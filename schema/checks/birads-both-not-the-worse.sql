-- severity: warning
-- title: BI-RADS of both breasts is not the worse of the sides
-- means: The category of an exam is that of the worse breast (ACR BI-RADS Atlas); one of the three cells is wrong.
-- advice: Check the report. birads_max is the worst of the three.
-- 0 is incomplete and is not compared; a plain 4 may mean 4A, 4B or 4C.
SELECT case_id, birads_both_code, birads_left_code, birads_right_code, source_file, source_sheet, source_row
FROM patients
WHERE birads_both > 0
  AND greatest(CASE WHEN birads_left > 0 THEN birads_left END, CASE WHEN birads_right > 0 THEN birads_right END) <> birads_both
ORDER BY case_id
