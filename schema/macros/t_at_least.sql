-- title: Whether a T code is at least another
--   ko: T 코드가 다른 코드 이상인지 여부
-- usage: t_at_least(t_stage_code, '1c'); FROM t_at_least('1c')
-- depends: patients, t_rank
-- gives: true or false, null where T is unknown or TX; with one argument, the patients that satisfy it
--   ko: true 또는 false, T를 알 수 없거나 TX이면 null; 인자가 하나면 조건을 만족하는 환자
-- example: SELECT vendor, count(*) AS patients FROM patients WHERE t_at_least(t_stage_code, '1c') GROUP BY 1 ORDER BY 1
-- Within a category only codes known to satisfy it count: a bare T1 does not count as T1c. The result is the
-- same as that of `cohort create --t-stage '>=1c'`.
--   ko: 한 범주 안에서는 조건을 만족한다고 알려진 코드만 센다: 세부 구분 없는 T1은 T1c로 세지 않는다. 결과는 `cohort
--   ko: create --t-stage '>=1c'` 와 같다.
CREATE MACRO t_at_least(t_stage_code, code) AS
t_rank(t_stage_code) >= coalesce(t_rank(code), error('t_at_least: ' || code || ' is not a T code; write 0, is, 1, 1mi, 1a, 1b, 1c, 2, 3, 4, 4a, 4b, 4c or 4d'));
CREATE MACRO t_at_least(code) AS TABLE
SELECT * FROM patients WHERE t_at_least(t_stage_code, code);
