WITH contours AS (
    SELECT case_id, max(max_diameter_mm) AS largest, min(max_diameter_mm) AS smallest
    FROM lesions
    WHERE case_id IN ({cases}) AND NOT superseded AND NOT is_duplicate AND discarded IS NOT true
    GROUP BY case_id
), outliers AS (
    (SELECT 1 AS place, case_id, 'largest_contour_mm' AS reason, largest AS value
     FROM contours WHERE largest IS NOT NULL ORDER BY largest DESC, case_id LIMIT 5)
    UNION ALL
    (SELECT 2, case_id, 'smallest_contour_mm', smallest
     FROM contours WHERE smallest IS NOT NULL ORDER BY smallest, case_id LIMIT 5)
    UNION ALL
    (SELECT 3, case_id, 'least_dice', min(dice_min)
     FROM reader_agreement WHERE case_id IN ({cases}) AND dice_min IS NOT NULL
     GROUP BY case_id ORDER BY min(dice_min), case_id LIMIT 5)
)
SELECT reason, case_id, value, 'mammodex render ' || case_id || ' -o pictures' AS command
FROM outliers
ORDER BY place, CASE WHEN place = 1 THEN -value ELSE value END, case_id
