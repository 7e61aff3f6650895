-- title: Whether a BI-RADS category is at least another
-- usage: birads_at_least(birads_max_code, '4A'); FROM birads_at_least('4A')
-- depends: birads_rank, patients
-- gives: true or false, null where there is no category or it is 0; with one argument, the patients whose worse side satisfies it
-- example: SELECT laterality, count(*) AS breasts FROM readings WHERE birads_at_least(birads_code, '4A') GROUP BY 1 ORDER BY 1
-- 0 (incomplete) is excluded: it is neither below nor above. A plain 4 is not known to be 4A. The result is
-- the same as that of `cohort create --birads '>=4A'`.
CREATE MACRO birads_at_least(birads_code, code) AS
birads_rank(birads_code) >= CASE WHEN CAST(code AS VARCHAR) = '0' THEN 0 ELSE
    coalesce(birads_rank(code), error('birads_at_least: ' || code || ' is not a category; write 1, 2, 3, 4, 4A, 4B, 4C, 5 or 6')) END;
CREATE MACRO birads_at_least(code) AS TABLE
SELECT * FROM patients WHERE birads_at_least(birads_max_code, code);
