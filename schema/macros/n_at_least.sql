-- title: Whether an N code is at least another
--   ko: N 코드가 다른 코드 이상인지 여부
-- usage: n_at_least(n_stage_code, '1mi'); FROM n_at_least('1mi')
-- depends: n_rank, patients
-- gives: true or false, null where N is unknown or NX; with one argument, the patients that satisfy it
--   ko: true 또는 false, N을 알 수 없거나 NX이면 null; 인자가 하나면 조건을 만족하는 환자
-- example: SELECT count(*) AS patients FROM patients WHERE n_at_least(n_stage_code, '1mi')
-- Within a category only codes known to satisfy it count. The result is the same as that of
-- `cohort create --n-stage '>=1mi'`.
--   ko: 한 범주 안에서는 조건을 만족한다고 알려진 코드만 센다. 결과는 `cohort create --n-stage '>=1mi'` 와 같다.
CREATE MACRO n_at_least(n_stage_code, code) AS
n_rank(n_stage_code) >= coalesce(n_rank(code), error('n_at_least: ' || code || ' is not an N code; write 0, 0(i+), 1, 1mi, 1a, 1b, 1c, 2, 2a, 2b, 3, 3a, 3b or 3c'));
CREATE MACRO n_at_least(code) AS TABLE
SELECT * FROM patients WHERE n_at_least(n_stage_code, code);
