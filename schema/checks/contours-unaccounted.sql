-- severity: error
-- title: Annotations whose contours are neither lesions nor findings
-- means: The annotation has more contours than rows of lesions and findings about excluded contours: a fault of the indexer.
-- advice: Report it with the file; until then read the contours of the file yourself.
-- population: annotations
-- key: path, pointer
WITH excluded AS (
    SELECT file AS path, sum(coalesce(TRY_CAST(value AS BIGINT), 1)) AS contours
    FROM issues WHERE code IN ('contour-empty', 'contour-unreadable') GROUP BY file
), drawn AS (
    SELECT annotation_path AS path, annotation_pointer AS pointer, count(*) AS lesions
    FROM lesions GROUP BY annotation_path, annotation_pointer
)
SELECT a.case_id, a.path, a.pointer, a.contour_count AS contours, coalesce(d.lesions, 0) AS lesions,
       coalesce(e.contours, 0) AS named_by_findings
FROM annotations AS a LEFT JOIN drawn AS d USING (path, pointer) LEFT JOIN excluded AS e USING (path)
WHERE a.contour_count > coalesce(d.lesions, 0) + coalesce(e.contours, 0)
   OR a.lesion_count <> coalesce(d.lesions, 0)
ORDER BY a.path, a.pointer
