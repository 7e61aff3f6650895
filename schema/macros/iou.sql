-- title: Intersection over union of two conditions
--   ko: 두 조건의 IoU (교집합 / 합집합)
-- usage: iou(a, b)
-- gives: rows where both hold / rows where either holds, 0 to 1, the Jaccard index; an aggregate that ignores rows where either is null; null where none holds
--   ko: 둘 다 참인 행 / 하나라도 참인 행, 0~1, 자카드 지수; 하나라도 null인 행은 무시하는 집계 함수; 아무것도 참이 아니면 null
-- example: SELECT round(iou(has_a, has_b), 3) AS iou FROM (SELECT view, bool_or(outcome <> 'only_b') AS has_a, bool_or(outcome <> 'only_a') AS has_b FROM agreement GROUP BY case_id, view)
-- Of contours as polygons it is in the column iou of agreement; of their boxes, box_overlap.
--   ko: 다각형 윤곽에 대한 값은 agreement의 iou 열에, 그 상자에 대한 값은 box_overlap에 있다.
CREATE MACRO iou(a, b) AS
count(*) FILTER (a AND b) / nullif(count(*) FILTER ((a OR b) AND a IS NOT NULL AND b IS NOT NULL), 0);
