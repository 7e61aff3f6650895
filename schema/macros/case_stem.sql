-- title: Case ID without a view or side at its end
--   ko: 끝의 촬영 방향이나 좌우를 뺀 증례 ID
-- usage: case_stem(case_id)
-- depends: case_key
-- gives: case_key without a final side or view; the same text for P_01_LEFT_CC and P_01_RIGHT_MLO_1
--   ko: 끝의 좌우나 촬영 방향을 뺀 case_key; P_01_LEFT_CC와 P_01_RIGHT_MLO_1에 대해 같은 문자열
-- example: SELECT case_stem(case_id) AS stem, count(*) AS cases FROM patients GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 3
CREATE MACRO case_stem(case_id) AS
regexp_replace(regexp_replace(case_key(case_id),
    '((left|right|l|r)?(xccl|xccm|cc|mlo|lmo|ml|lm)|left|right)[0-9]*$', ''),
    '([0-9])[lr]$', '\1');
