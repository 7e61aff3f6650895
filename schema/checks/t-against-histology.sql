-- severity: error
-- title: Tis with an invasive tumour, or T1 and higher with one in situ
--   ko: 침윤성 종양의 Tis 또는 상피내암의 T1 이상
-- means: Tis means carcinoma in situ or Paget disease without a tumour, T1 to T4 invasive carcinoma (AJCC). Stage or histology is wrong.
--   ko: Tis는 상피내암 또는 종양 없는 파제트병, T1~T4는 침윤암을 뜻합니다 (AJCC). 병기나 조직형이 잘못되었습니다.
-- advice: Check the pathology report; until then trust neither.
--   ko: 병리 보고서를 확인하십시오. 그전까지는 어느 쪽도 믿지 마십시오.
-- population: patients WHERE t_stage_code IS NOT NULL AND icdo3 IS NOT NULL
-- key: case_id
-- Paget disease is not compared: it is Tis, or staged by the underlying tumour.
--   ko: 파제트병은 비교하지 않습니다. Tis이거나 동반된 종양으로 병기를 정합니다.
SELECT case_id, t_stage_code, histology_group, icdo3, t_stage_raw, histology_raw, source_file, source_sheet, source_row
FROM patients
WHERE histology_group <> 'Paget'
  AND ((t_rank(t_stage_code) = 1 AND is_invasive(icdo3)) OR (t_stage >= 1 AND icdo3 LIKE '%/2'))
ORDER BY case_id
