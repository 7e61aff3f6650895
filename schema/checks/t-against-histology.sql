-- severity: error
-- title: Tis with an invasive tumour, or T1 and higher with one in situ
-- means: Tis means carcinoma in situ or Paget disease without a tumour, T1 to T4 invasive carcinoma (AJCC). Stage or histology is wrong.
-- advice: Check the pathology report; until then trust neither.
-- population: patients WHERE t_stage_code IS NOT NULL AND icdo3 IS NOT NULL
-- key: case_id
-- Paget disease is not compared: it is Tis, or staged by the underlying tumour.
SELECT case_id, t_stage_code, histology_group, icdo3, t_stage_raw, histology_raw, source_file, source_sheet, source_row
FROM patients
WHERE histology_group <> 'Paget'
  AND ((t_rank(t_stage_code) = 1 AND is_invasive(icdo3)) OR (t_stage >= 1 AND icdo3 LIKE '%/2'))
ORDER BY case_id
