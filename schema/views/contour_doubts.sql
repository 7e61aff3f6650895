-- title: Contours that are doubtful by their geometry
--   ko: 기하학적으로 의심스러운 윤곽
-- grain: One row per contour and reason for doubt
--   ko: 윤곽과 의심 사유마다 한 행
-- key: contour_hash, doubt
-- depends: contour_hash, lesions
-- column case_id: The case.
--   ko: 증례 ID.
-- column contour_hash: The contour by its content.
--   ko: 내용으로 식별한 윤곽.
-- column doubt: self_intersecting, out_of_bounds, open_ring, few_points, size_outlier, or readers_apart.
--   ko: self_intersecting, out_of_bounds, open_ring, few_points, size_outlier, readers_apart 중 하나.
-- column weight: How much it counts in the order of the review queue, 1 to 3.
--   ko: 검토 대기열의 순서에서 갖는 가중치, 1~3.
-- size_outlier: the logarithm of the longest diameter is more than 1.5 interquartile ranges outside the quartiles of all
-- contours (Tukey 1977), where there are at least twenty. readers_apart: another reader's contours on the same image have
-- boxes that overlap this one by less than half of their union.
--   ko: size_outlier: 최대 지름의 로그값이 전체 윤곽의 사분위수에서 사분위범위의 1.5배를 넘게 벗어난 것(Tukey 1977);
--   ko: 윤곽이 20개 이상일 때만 판정한다. readers_apart: 같은 영상에서 다른 판독자의 윤곽 상자가 이 윤곽의 상자와
--   ko: 합집합의 절반 미만으로 겹치는 것.
WITH contours AS (
    SELECT *, contour_hash(coalesce(sop_instance_uid, image_path), reader, label, contour_wkb) AS contour_hash
    FROM lesions
    WHERE NOT superseded AND NOT is_duplicate AND discarded IS NOT true AND contour_wkb IS NOT NULL
), bounds AS (
    SELECT
        quantile_cont(ln(max_diameter_px), 0.25) AS q1,
        quantile_cont(ln(max_diameter_px), 0.75) AS q3,
        count(*) AS contours
    FROM contours
    WHERE max_diameter_px > 0
), boxes AS (
    SELECT image_path, coalesce(reader, '') AS reader,
           min(bbox_x_min_px) AS x0, min(bbox_y_min_px) AS y0, max(bbox_x_max_px) AS x1, max(bbox_y_max_px) AS y1
    FROM contours
    GROUP BY ALL
), apart AS (
    SELECT a.image_path, a.reader
    FROM boxes AS a
    JOIN boxes AS b ON a.image_path = b.image_path AND a.reader <> b.reader
    WHERE 3 * greatest(0, least(a.x1, b.x1) - greatest(a.x0, b.x0)) * greatest(0, least(a.y1, b.y1) - greatest(a.y0, b.y0))
        < (a.x1 - a.x0) * (a.y1 - a.y0) + (b.x1 - b.x0) * (b.y1 - b.y0)
)
SELECT DISTINCT case_id, contour_hash, doubt, weight
FROM (
    SELECT case_id, contour_hash, 'self_intersecting' AS doubt, 3 AS weight FROM contours WHERE self_intersecting
    UNION ALL
    SELECT case_id, contour_hash, 'out_of_bounds', 3 FROM contours WHERE NOT in_bounds
    UNION ALL
    SELECT case_id, contour_hash, 'open_ring', 1 FROM contours WHERE NOT is_closed
    UNION ALL
    SELECT case_id, contour_hash, 'few_points', 1 FROM contours WHERE is_short
    UNION ALL
    SELECT case_id, contour_hash, 'size_outlier', 2
    FROM contours, bounds
    WHERE contours >= 20 AND max_diameter_px > 0
      AND (ln(max_diameter_px) < q1 - 1.5 * (q3 - q1) OR ln(max_diameter_px) > q3 + 1.5 * (q3 - q1))
    UNION ALL
    SELECT c.case_id, c.contour_hash, 'readers_apart', 3
    FROM contours AS c
    JOIN apart AS a ON a.image_path = c.image_path AND a.reader = coalesce(c.reader, '')
)
