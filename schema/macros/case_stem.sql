-- title: Case ID without a view or side at its end
-- usage: case_stem(case_id)
-- depends: case_key
-- gives: case_key without a final side or view; the same text for P_01_LEFT_CC and P_01_RIGHT_MLO_1
-- example: SELECT case_stem(case_id) AS stem, count(*) AS cases FROM patients GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 3
CREATE MACRO case_stem(case_id) AS
regexp_replace(regexp_replace(case_key(case_id),
    '((left|right|l|r)?(xccl|xccm|cc|mlo|lmo|ml|lm)|left|right)[0-9]*$', ''),
    '([0-9])[lr]$', '\1');
