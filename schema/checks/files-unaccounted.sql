-- severity: error
-- title: Files whose rows are missing, or rows whose file is missing
--   ko: 행이 없는 파일 또는 파일이 없는 행
-- means: An indexed DICOM file is not exactly one row of images, an indexed annotation file has no row of annotations, or a row names a file that is not in sources: a fault of the indexer.
--   ko: 색인된 DICOM 파일이 images의 정확히 한 행이 아니거나, 색인된 주석 파일이 annotations에 행이 없거나, 행이 sources에 없는 파일을 가리킵니다. 색인 프로그램의 결함입니다.
-- advice: Index again into a new catalog; report it if it remains.
--   ko: 새 카탈로그에 다시 색인하고, 그래도 남으면 신고하십시오.
-- population: sources WHERE status = 'indexed' AND kind IN ('dicom', 'annotation')
-- key: path, kind
WITH tables AS (
    SELECT path, case_id, 'dicom' AS kind FROM images
    UNION ALL SELECT DISTINCT path, NULL, 'annotation' FROM annotations
), files AS (
    SELECT path, kind, count(*) AS files FROM sources
    WHERE status = 'indexed' AND kind IN ('dicom', 'annotation') GROUP BY path, kind
), rows AS (
    SELECT path, kind, any_value(case_id) AS case_id, count(*) AS rows FROM tables GROUP BY path, kind
)
SELECT r.case_id, path, kind, coalesce(f.files, 0) AS files, coalesce(r.rows, 0) AS rows
FROM files AS f FULL JOIN rows AS r USING (path, kind)
WHERE f.files IS DISTINCT FROM r.rows AND EXISTS (FROM sources)
ORDER BY path, kind
