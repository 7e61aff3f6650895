-- title: Intersection over union of two conditions
-- usage: iou(a, b)
-- gives: rows where both hold / rows where either holds, 0 to 1, the Jaccard index; an aggregate that ignores rows where either is null; null where none holds
-- example: SELECT round(iou(has_a, has_b), 3) AS iou FROM (SELECT view, bool_or(outcome <> 'only_b') AS has_a, bool_or(outcome <> 'only_a') AS has_b FROM agreement GROUP BY case_id, view)
-- Of contours as polygons it is in the column iou of agreement; of their boxes, box_overlap.
CREATE MACRO iou(a, b) AS
count(*) FILTER (a AND b) / nullif(count(*) FILTER ((a OR b) AND a IS NOT NULL AND b IS NOT NULL), 0);
