-- title: Whether a BI-RADS category is at least another
--   ko: BI-RADS 범주가 다른 범주 이상인지 여부
-- usage: birads_at_least(birads_max_code, '4A'); FROM birads_at_least('4A')
-- depends: birads_rank, patients
-- gives: true or false, null where there is no category or it is 0; with one argument, the patients whose worse side satisfies it
--   ko: true 또는 false, 범주가 없거나 0이면 null; 인자가 하나면 더 나쁜 측이 조건을 만족하는 환자
-- example: SELECT laterality, count(*) AS breasts FROM readings WHERE birads_at_least(birads_code, '4A') GROUP BY 1 ORDER BY 1
-- 0 (incomplete) is excluded: it is neither below nor above. A plain 4 is not known to be 4A. The result is
-- the same as that of `cohort create --birads '>=4A'`.
--   ko: 0(추가 영상 평가 필요)은 아래도 위도 아니므로 제외한다. 세부 구분 없는 4는 4A인지 알 수 없다. 결과는 `cohort
--   ko: create --birads '>=4A'` 와 같다.
CREATE MACRO birads_at_least(birads_code, code) AS
birads_rank(birads_code) >= CASE WHEN CAST(code AS VARCHAR) = '0' THEN 0 ELSE
    coalesce(birads_rank(code), error('birads_at_least: ' || code || ' is not a category; write 1, 2, 3, 4, 4A, 4B, 4C, 5 or 6')) END;
CREATE MACRO birads_at_least(code) AS TABLE
SELECT * FROM patients WHERE birads_at_least(birads_max_code, code);
