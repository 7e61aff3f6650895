-- title: Case ID without case, separators and leading zeros
--   ko: 대소문자, 구분자, 앞자리 0을 뺀 증례 ID
-- usage: case_key(case_id)
-- gives: the same text for P001, p001 and P-001; cases with the same key are most likely one patient
--   ko: P001, p001, P-001에 대해 같은 문자열; 같은 값이면 같은 환자일 가능성이 매우 높음
-- example: SELECT case_key(case_id) AS key, count(*) AS cases FROM patients GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 3
-- Separators between digits remain: 1-10 and 11-0 are different.
--   ko: 숫자 사이의 구분자는 남는다: 1-10과 11-0은 다르다.
CREATE MACRO case_key(case_id) AS
trim(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
    lower(nfc_normalize(case_id)),
    '[^\p{L}\p{N}]+', '-', 'g'),
    '(\p{L})-', '\1', 'g'),
    '-(\p{L})', '\1', 'g'),
    '(^|[^0-9])0+([0-9])', '\1\2', 'g'), '-');
