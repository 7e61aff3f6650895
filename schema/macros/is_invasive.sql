-- title: Whether a tumour is invasive
--   ko: 종양의 침윤성 여부
-- usage: is_invasive(histology_group); is_invasive(icdo3)
-- gives: true for behaviour /3 of ICD-O-3, false for /2 (in situ), /1 and /0; null where unknown
--   ko: ICD-O-3 행동 코드 /3이면 true, /2(상피내), /1, /0이면 false; 알 수 없으면 null
-- example: SELECT is_invasive(icdo3) AS invasive, count(*) AS patients FROM patients WHERE diagnosis = 'malignant' GROUP BY 1 ORDER BY 1
-- Groups are those of schema/vocabulary/histology.csv; papillary and phyllodes tumours have several
-- behaviours, so the group alone gives null and the code is needed.
--   ko: 군은 schema/vocabulary/histology.csv의 것이다; 유두상 종양과 엽상 종양은 행동 코드가 여럿이므로 군만으로는
--   ko: null이며 코드가 필요하다.
CREATE MACRO is_invasive(kind) AS
CASE WHEN regexp_matches(kind, '^[0-9]{4}/3$') THEN true
     WHEN regexp_matches(kind, '^[0-9]{4}/[012]$') THEN false
     WHEN kind IN ('DCIS', 'LCIS', 'carcinoma in situ', 'mixed in situ', 'benign') THEN false
     WHEN kind IN ('IDC', 'ILC', 'Paget', 'adenoid cystic', 'apocrine', 'carcinoma', 'cribriform', 'inflammatory',
         'lymphoma', 'medullary', 'metaplastic', 'microinvasive', 'micropapillary', 'mixed', 'mucinous',
         'neuroendocrine', 'other', 'salivary type', 'sarcoma', 'secretory', 'tubular') THEN true
END;
