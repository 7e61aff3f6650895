-- severity: error
-- title: Clinical rows that are neither in patients nor findings
--   ko: patients에도 문제 목록에도 없는 임상 행
-- means: Clinical tables have more rows with an ID than patients were made of and findings name: a fault of the indexer.
--   ko: 임상 표에서 ID가 있는 행이 patients를 만든 행과 문제로 보고된 행을 합한 것보다 많습니다. 색인 프로그램의 결함입니다.
-- advice: Report it with the numbers; until then compare the tables with patients yourself.
--   ko: 수치와 함께 신고하십시오. 그전까지는 표를 patients와 직접 비교하십시오.
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
