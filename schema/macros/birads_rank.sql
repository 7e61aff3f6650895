-- title: Rank of a BI-RADS category in the order of suspicion
--   ko: 악성 의심 순서로 본 BI-RADS 범주의 순위
-- usage: birads_rank(code)
-- gives: 1 < 2 < 3 < 4 < 4A < 4B < 4C < 5 < 6 as 1 to 9; null for 0 and any other text
--   ko: 1 < 2 < 3 < 4 < 4A < 4B < 4C < 5 < 6을 1~9로; 0과 다른 문자열은 null
-- example: SELECT birads_max_code, count(*) AS patients FROM patients GROUP BY 1 ORDER BY birads_rank(birads_max_code)
-- ACR BI-RADS Atlas, 5th edition. 0 is incomplete, neither better nor worse than another. A plain 4
-- is not 4A.
--   ko: ACR BI-RADS Atlas 5판. 0은 추가 영상 평가가 필요하다는 뜻으로 다른 범주보다 좋지도 나쁘지도 않다. 세부 구분 없는
--   ko: 4는 4A가 아니다.
CREATE MACRO birads_rank(code) AS
list_position(['1', '2', '3', '4', '4A', '4B', '4C', '5', '6'], upper(trim(CAST(code AS VARCHAR))));
