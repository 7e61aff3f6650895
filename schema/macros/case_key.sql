-- title: Case ID without case, separators and leading zeros
-- usage: case_key(case_id)
-- gives: the same text for P001, p001 and P-001; cases with the same key are most likely one patient
-- example: SELECT case_key(case_id) AS key, count(*) AS cases FROM patients GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 3
-- Separators between digits remain: 1-10 and 11-0 are different.
CREATE MACRO case_key(case_id) AS
trim(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
    lower(nfc_normalize(case_id)),
    '[^\p{L}\p{N}]+', '-', 'g'),
    '(\p{L})-', '\1', 'g'),
    '-(\p{L})', '\1', 'g'),
    '(^|[^0-9])0+([0-9])', '\1\2', 'g'), '-');
