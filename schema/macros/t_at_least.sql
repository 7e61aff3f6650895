-- title: Whether a T code is at least another
-- usage: t_at_least(t_stage_code, '1c'); FROM t_at_least('1c')
-- depends: patients, t_rank
-- gives: true or false, null where T is unknown or TX; with one argument, the patients that satisfy it
-- example: SELECT vendor, count(*) AS patients FROM patients WHERE t_at_least(t_stage_code, '1c') GROUP BY 1 ORDER BY 1
-- Within a category only codes known to satisfy it count: a bare T1 does not count as T1c. The result is the
-- same as that of `cohort create --t-stage '>=1c'`.
CREATE MACRO t_at_least(t_stage_code, code) AS
t_rank(t_stage_code) >= coalesce(t_rank(code), error('t_at_least: ' || code || ' is not a T code; write 0, is, 1, 1mi, 1a, 1b, 1c, 2, 3, 4, 4a, 4b, 4c or 4d'));
CREATE MACRO t_at_least(code) AS TABLE
SELECT * FROM patients WHERE t_at_least(t_stage_code, code);
