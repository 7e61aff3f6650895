-- severity: error
-- title: Clinical rows that are neither in patients nor findings
-- means: Clinical tables have more rows with an ID than patients were made of and findings name: a fault of the indexer.
-- advice: Report it with the numbers; until then compare the tables with patients yourself.
-- population: sources WHERE kind = 'workbook' AND status = 'indexed'
WITH counts AS (
    SELECT (SELECT coalesce(sum(row_count), 0) FROM sources WHERE kind = 'workbook' AND status = 'indexed') AS rows_read,
           (SELECT coalesce(sum(clinical_row_count), 0) FROM patients) AS rows_in_patients,
           (SELECT count(*) FROM issues WHERE code = 'file-not-in-a-table') AS named_by_findings
)
SELECT CAST(NULL AS VARCHAR) AS case_id, rows_read, rows_in_patients, named_by_findings
FROM counts
WHERE rows_read <> rows_in_patients + named_by_findings
ORDER BY rows_read
