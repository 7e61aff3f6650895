-- severity: error
-- title: Annotations whose contours are neither lesions nor findings
--   ko: 윤곽이 lesions에도 문제 목록에도 없는 주석
-- means: The annotation has more contours than rows of lesions and findings about excluded contours: a fault of the indexer.
--   ko: 주석의 윤곽이 lesions의 행과 제외된 윤곽에 대한 문제를 합한 것보다 많습니다. 색인 프로그램의 결함입니다.
-- advice: Report it with the file; until then read the contours of the file yourself.
--   ko: 파일과 함께 신고하십시오. 그전까지는 파일의 윤곽을 직접 읽으십시오.
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
