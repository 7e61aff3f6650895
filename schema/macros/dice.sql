-- title: Dice coefficient of two conditions
--   ko: 두 조건의 다이스 계수
-- usage: dice(a, b)
-- gives: 2 × rows where both hold / (rows where a holds + rows where b holds), 0 to 1, the F1 score; an aggregate that ignores rows where either is null; null where none holds
--   ko: 2 × 둘 다 참인 행 / (a가 참인 행 + b가 참인 행), 0~1, F1 점수; 하나라도 null인 행은 무시하는 집계 함수; 아무것도 참이 아니면 null
-- example: SELECT round(dice(has_a, has_b), 3) AS dice FROM (SELECT view, bool_or(outcome <> 'only_b') AS has_a, bool_or(outcome <> 'only_a') AS has_b FROM agreement GROUP BY case_id, view)
-- Of contours as polygons it is in the column dice of agreement.
--   ko: 다각형 윤곽에 대한 값은 agreement의 dice 열에 있다.
CREATE MACRO dice(a, b) AS
2 * count(*) FILTER (a AND b) / nullif(count(*) FILTER (a AND b IS NOT NULL) + count(*) FILTER (b AND a IS NOT NULL), 0);
