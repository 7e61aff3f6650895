-- title: Rank of a T code in the order of AJCC
--   ko: AJCC 순서로 본 T 코드의 순위
-- usage: t_rank(code)
-- gives: 0 for T0, 1 for Tis, 10 for T1, 11 for T1mi … 14 for T1c, 20, 30, 40 for T2, T3, T4, 41 to 44 for T4a to T4d; null for TX and any other text
--   ko: T0는 0, Tis는 1, T1은 10, T1mi는 11 … T1c는 14, T2, T3, T4는 20, 30, 40, T4a~T4d는 41~44; TX와 다른 문자열은 null
-- example: SELECT t_stage_code, count(*) AS patients FROM patients GROUP BY 1 ORDER BY t_rank(t_stage_code)
-- AJCC Cancer Staging Manual, breast, 6th to 8th edition. A bare T1 sorts before T1mi: its
-- subcategory is unknown. The letter is optional; case is ignored.
--   ko: AJCC Cancer Staging Manual 유방, 6~8판. 세부 구분 없는 T1은 세부 범주를 알 수 없으므로 T1mi 앞에 온다. 글자 T는
--   ko: 생략할 수 있고 대소문자를 구분하지 않는다.
CREATE MACRO t_rank(code) AS
CASE regexp_extract(upper(trim(CAST(code AS VARCHAR))), '^T?(0|IS|[1-4](MI|[A-D])?)( *\([A-Z ]+\))?$', 1)
    WHEN '0' THEN 0 WHEN 'IS' THEN 1
    WHEN '1' THEN 10 WHEN '1MI' THEN 11 WHEN '1A' THEN 12 WHEN '1B' THEN 13 WHEN '1C' THEN 14
    WHEN '2' THEN 20 WHEN '3' THEN 30
    WHEN '4' THEN 40 WHEN '4A' THEN 41 WHEN '4B' THEN 42 WHEN '4C' THEN 43 WHEN '4D' THEN 44
END;
