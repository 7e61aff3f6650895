-- severity: warning
-- title: Two readers whose contours hardly overlap
--   ko: 윤곽이 거의 겹치지 않는 두 판독자
-- means: On one view the boxes around all contours of each reader overlap by less than half of their union (IoU < 0.5), or one reader drew no contour.
--   ko: 한 촬영 방향에서 각 판독자의 모든 윤곽을 둘러싼 상자들이 합집합의 절반 미만으로 겹치거나(IoU < 0.5), 한 판독자가 윤곽을 그리지 않았습니다.
-- advice: Have both readers review it; the release contains only cases with full agreement.
--   ko: 두 판독자에게 검토를 요청하십시오. 공개 데이터에는 완전히 일치한 증례만 포함됩니다.
-- population: (SELECT DISTINCT l.case_id, l.view, coalesce(a.reader, a.path), coalesce(b.reader, b.path) FROM lesions AS l JOIN annotations AS a USING (case_id) JOIN annotations AS b USING (case_id) WHERE NOT l.superseded AND NOT a.superseded AND NOT b.superseded AND l.view IS NOT NULL AND l.bbox_x_min_px IS NOT NULL AND coalesce(a.reader, a.path) < coalesce(b.reader, b.path))
-- key: case_id, view, reader_a, reader_b
-- finding: readers-disagree
WITH drawn AS (
    SELECT case_id, coalesce(reader, annotation_path) AS reader, view,
           min(bbox_x_min_px) AS x0, min(bbox_y_min_px) AS y0, max(bbox_x_max_px) AS x1, max(bbox_y_max_px) AS y1,
           max(max_diameter_mm) AS longest_mm
    FROM lesions
    WHERE NOT superseded AND bbox_x_min_px IS NOT NULL AND view IS NOT NULL
    GROUP BY ALL
), readers AS (
    SELECT DISTINCT case_id, coalesce(reader, path) AS reader FROM annotations WHERE NOT superseded
), pairs AS (
    SELECT a.case_id, v.view, a.reader AS reader_a, b.reader AS reader_b
    FROM readers AS a
    JOIN readers AS b ON a.case_id = b.case_id AND a.reader < b.reader
    JOIN (SELECT DISTINCT case_id, view FROM drawn) AS v ON v.case_id = a.case_id
), compared AS (
    SELECT p.*, a.longest_mm AS longest_a_mm, b.longest_mm AS longest_b_mm,
           coalesce(greatest(0, least(a.x1, b.x1) - greatest(a.x0, b.x0)) * greatest(0, least(a.y1, b.y1) - greatest(a.y0, b.y0)), 0) AS shared,
           (a.x1 - a.x0) * (a.y1 - a.y0) + (b.x1 - b.x0) * (b.y1 - b.y0) AS areas,
           a.view IS NULL OR b.view IS NULL AS alone
    FROM pairs AS p
    LEFT JOIN drawn AS a ON (a.case_id, a.view, a.reader) = (p.case_id, p.view, p.reader_a)
    LEFT JOIN drawn AS b ON (b.case_id, b.view, b.reader) = (p.case_id, p.view, p.reader_b)
    WHERE a.view IS NOT NULL OR b.view IS NOT NULL
)
SELECT case_id, view, reader_a, reader_b, CASE WHEN alone THEN 0 ELSE round(shared / nullif(areas - shared, 0), 3) END AS box_iou, longest_a_mm, longest_b_mm
FROM compared
WHERE alone OR shared < 0.5 * (areas - shared)
ORDER BY case_id, view, reader_a, reader_b
