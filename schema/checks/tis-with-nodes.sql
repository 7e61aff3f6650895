-- severity: warning
-- title: Carcinoma in situ with nodal metastases
--   ko: 림프절 전이가 있는 상피내암
-- means: Carcinoma in situ does not spread to nodes: an invasive focus was missed, or a cell is wrong. N0(i+), isolated tumour cells, is N0.
--   ko: 상피내암은 림프절로 퍼지지 않습니다. 침윤 병소를 놓쳤거나 셀이 잘못되었습니다. 고립 종양 세포인 N0(i+)는 N0입니다.
-- advice: Check the pathology report.
--   ko: 병리 보고서를 확인하십시오.
-- population: patients WHERE t_rank(t_stage_code) = 1 AND n_stage IS NOT NULL
-- key: case_id
SELECT case_id, t_stage_code, n_stage_code, histology, source_file, source_sheet, source_row
FROM patients
WHERE t_rank(t_stage_code) = 1 AND n_stage >= 1
ORDER BY case_id
