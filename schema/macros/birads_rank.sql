-- title: Rank of a BI-RADS category in the order of suspicion
-- usage: birads_rank(code)
-- gives: 1 < 2 < 3 < 4 < 4A < 4B < 4C < 5 < 6 as 1 to 9; null for 0 and any other text
-- example: SELECT birads_max_code, count(*) AS patients FROM patients GROUP BY 1 ORDER BY birads_rank(birads_max_code)
-- ACR BI-RADS Atlas, 5th edition. 0 is incomplete, neither better nor worse than another. A plain 4
-- is not 4A.
CREATE MACRO birads_rank(code) AS
list_position(['1', '2', '3', '4', '4A', '4B', '4C', '5', '6'], upper(trim(CAST(code AS VARCHAR))));
