-- title: Rank of an N code in the order of AJCC
--   ko: AJCC 순서로 본 N 코드의 순위
-- usage: n_rank(code)
-- gives: 0 for N0, 1 for N0(i+), 2 for N0(mol+), 10 for N1, 11 for N1mi, 12 to 14 for N1a to N1c, 20 to 22 for N2 to N2b, 30 to 33 for N3 to N3c; null for NX and any other text
--   ko: N0는 0, N0(i+)는 1, N0(mol+)는 2, N1은 10, N1mi는 11, N1a~N1c는 12~14, N2~N2b는 20~22, N3~N3c는 30~33; NX와 다른 문자열은 null
-- example: SELECT n_stage_code, count(*) AS patients FROM patients GROUP BY 1 ORDER BY n_rank(n_stage_code)
-- AJCC Cancer Staging Manual, breast, 6th to 8th edition. Isolated tumour cells, N0(i+), are N0. The
-- letter is optional; case is ignored.
--   ko: AJCC Cancer Staging Manual 유방, 6~8판. 고립 종양 세포 N0(i+)는 N0이다. 글자 N은 생략할 수 있고 대소문자를
--   ko: 구분하지 않는다.
CREATE MACRO n_rank(code) AS
CASE regexp_replace(upper(trim(CAST(code AS VARCHAR))), '^N', '')
    WHEN '0' THEN 0 WHEN '0(I-)' THEN 0 WHEN '0(MOL-)' THEN 0 WHEN '0(I+)' THEN 1 WHEN '0(MOL+)' THEN 2
    WHEN '1' THEN 10 WHEN '1MI' THEN 11 WHEN '1A' THEN 12 WHEN '1B' THEN 13 WHEN '1C' THEN 14
    WHEN '2' THEN 20 WHEN '2A' THEN 21 WHEN '2B' THEN 22
    WHEN '3' THEN 30 WHEN '3A' THEN 31 WHEN '3B' THEN 32 WHEN '3C' THEN 33
END;
