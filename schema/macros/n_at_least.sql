-- title: Whether an N is at least another
-- usage: n_at_least(n_stage_code, '1mi'); FROM n_at_least('1mi')
-- depends: n_rank, patients
-- gives: true or false, null where the N is not known or NX; with one argument, the patients it holds for
-- example: SELECT count(*) AS patients FROM patients WHERE n_at_least(n_stage_code, '1mi')
-- Within a category only codes that are known to fit count. It is what `cohort create --n-stage
-- '>=1mi'` selects.
CREATE MACRO n_at_least(n_stage_code, code) AS
n_rank(n_stage_code) >= coalesce(n_rank(code), error('n_at_least: ' || code || ' is no N; write 0, 0(i+), 1, 1mi, 1a, 1b, 1c, 2, 2a, 2b, 3, 3a, 3b or 3c'));
CREATE MACRO n_at_least(code) AS TABLE
SELECT * FROM patients WHERE n_at_least(n_stage_code, code);
