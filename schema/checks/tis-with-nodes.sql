-- severity: warning
-- title: Carcinoma in situ with nodal metastases
-- means: Carcinoma in situ does not spread to nodes: an invasive focus was missed, or a cell is wrong. N0(i+), isolated tumour cells, is N0.
-- advice: Check the pathology report.
-- population: patients WHERE t_rank(t_stage_code) = 1 AND n_stage IS NOT NULL
-- key: case_id
SELECT case_id, t_stage_code, n_stage_code, histology, source_file, source_sheet, source_row
FROM patients
WHERE t_rank(t_stage_code) = 1 AND n_stage >= 1
ORDER BY case_id
