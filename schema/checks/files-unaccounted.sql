-- severity: error
-- title: Files whose rows are missing, or rows whose file is missing
-- means: An indexed DICOM file is not exactly one row of images, an indexed annotation file has no row of annotations, or a row names a file that is not in sources: a fault of the indexer.
-- advice: Index again into a new catalog; report it if it remains.
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
