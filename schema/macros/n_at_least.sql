-- title: Whether an N code is at least another
-- usage: n_at_least(n_stage_code, '1mi'); FROM n_at_least('1mi')
-- depends: n_rank, patients
-- gives: true or false, null where N is unknown or NX; with one argument, the patients that satisfy it
-- example: SELECT count(*) AS patients FROM patients WHERE n_at_least(n_stage_code, '1mi')
-- Within a category only codes known to satisfy it count. The result is the same as that of
-- `cohort create --n-stage '>=1mi'`.
CREATE MACRO n_at_least(n_stage_code, code) AS
n_rank(n_stage_code) >= coalesce(n_rank(code), error('n_at_least: ' || code || ' is not an N code; write 0, 0(i+), 1, 1mi, 1a, 1b, 1c, 2, 2a, 2b, 3, 3a, 3b or 3c'));
CREATE MACRO n_at_least(code) AS TABLE
SELECT * FROM patients WHERE n_at_least(n_stage_code, code);
