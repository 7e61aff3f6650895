-- title: Whether a T is at least another
-- usage: t_at_least(t_stage_code, '1c'); FROM t_at_least('1c')
-- depends: patients, t_rank
-- gives: true or false, null where the T is not known or TX; with one argument, the patients it holds for
-- example: SELECT vendor, count(*) AS patients FROM patients WHERE t_at_least(t_stage_code, '1c') GROUP BY 1 ORDER BY 1
-- Within a category only codes that are known to fit count: a bare T1 is not taken for T1c. It is
-- what `cohort create --t-stage '>=1c'` selects.
CREATE MACRO t_at_least(t_stage_code, code) AS
t_rank(t_stage_code) >= coalesce(t_rank(code), error('t_at_least: ' || code || ' is no T; write 0, is, 1, 1mi, 1a, 1b, 1c, 2, 3, 4, 4a, 4b, 4c or 4d'));
CREATE MACRO t_at_least(code) AS TABLE
SELECT * FROM patients WHERE t_at_least(t_stage_code, code);
