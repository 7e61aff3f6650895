-- severity: error
-- title: Tis of an invasive tumour, or T1 and more of one in situ
-- means: Tis is for carcinoma in situ and Paget disease without a tumour; T1 to T4 for invasive carcinoma (AJCC). Stage or histology is wrong.
-- advice: Look at the pathology report; until then trust neither.
-- Not compared: Paget disease, which is Tis or staged by the tumour beneath.
SELECT case_id, t_stage_code, histology_group, icdo3, t_stage_raw, histology_raw, source_file, source_sheet, source_row
FROM patients
WHERE histology_group <> 'Paget'
  AND ((t_rank(t_stage_code) = 1 AND is_invasive(icdo3)) OR (t_stage >= 1 AND icdo3 LIKE '%/2'))
ORDER BY case_id
