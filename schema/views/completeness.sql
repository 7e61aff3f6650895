-- title: Completeness of every column
--   ko: 모든 열의 완전성
-- grain: One row per table, column and group of patients
--   ko: 테이블, 열, 환자 군마다 한 행
-- key: table_name, column_name, diagnosis
-- depends: annotations, breasts, images, lesions, patients
-- column table_name: patients, breasts, images, annotations or lesions.
--   ko: patients, breasts, images, annotations, lesions 중 하나.
-- column column_name: The column.
--   ko: 열 이름.
-- column diagnosis: The group of the case; null for rows of unknown group.
--   ko: 증례의 군; 군을 알 수 없는 행은 null.
-- column rows: Rows of the table in that group.
--   ko: 그 군에 속한 테이블의 행 수.
-- column filled: Rows in which the column is not null.
--   ko: 열이 null이 아닌 행 수.
-- column share: filled divided by rows, 0 to 1.
--   ko: filled를 rows로 나눈 값, 0~1.
-- The meaning of an empty cell differs by column: see `mammodex schema TABLE --format markdown`. T stage
-- applies to malignant cases only, hence the groups; add up `filled` and `rows` to ignore them.
--   ko: 빈 셀의 의미는 열마다 다르므로 `mammodex schema TABLE --format markdown` 을 참고한다. T 병기는 악성 증례에만
--   ko: 해당하므로 군별로 나눈다; 군을 무시하려면 `filled`와 `rows`를 각각 더한다.
SELECT table_name, column_name, diagnosis, rows, filled, filled / rows AS share
FROM (
    SELECT 'patients' AS table_name, column_name, "the group" AS diagnosis, "the rows" AS rows, filled FROM (
        UNPIVOT (SELECT "the group", count(*) AS "the rows", count(COLUMNS('^[a-z0-9_]+$')) AS '\0'
                 FROM (SELECT *, diagnosis AS "the group" FROM patients) GROUP BY "the group")
        ON COLUMNS(* EXCLUDE ("the group", "the rows")) INTO NAME column_name VALUE filled)
    UNION ALL
    SELECT 'breasts' AS table_name, column_name, "the group" AS diagnosis, "the rows" AS rows, filled FROM (
        UNPIVOT (SELECT "the group", count(*) AS "the rows", count(COLUMNS('^[a-z0-9_]+$')) AS '\0'
                 FROM (SELECT t.*, p.diagnosis AS "the group" FROM breasts AS t LEFT JOIN patients AS p USING (case_id)) GROUP BY "the group")
        ON COLUMNS(* EXCLUDE ("the group", "the rows")) INTO NAME column_name VALUE filled)
    UNION ALL
    SELECT 'images' AS table_name, column_name, "the group" AS diagnosis, "the rows" AS rows, filled FROM (
        UNPIVOT (SELECT "the group", count(*) AS "the rows", count(COLUMNS('^[a-z0-9_]+$')) AS '\0'
                 FROM (SELECT t.*, p.diagnosis AS "the group" FROM images AS t LEFT JOIN patients AS p USING (case_id)) GROUP BY "the group")
        ON COLUMNS(* EXCLUDE ("the group", "the rows")) INTO NAME column_name VALUE filled)
    UNION ALL
    SELECT 'annotations' AS table_name, column_name, "the group" AS diagnosis, "the rows" AS rows, filled FROM (
        UNPIVOT (SELECT "the group", count(*) AS "the rows", count(COLUMNS('^[a-z0-9_]+$')) AS '\0'
                 FROM (SELECT t.*, p.diagnosis AS "the group" FROM annotations AS t LEFT JOIN patients AS p USING (case_id)) GROUP BY "the group")
        ON COLUMNS(* EXCLUDE ("the group", "the rows")) INTO NAME column_name VALUE filled)
    UNION ALL
    SELECT 'lesions' AS table_name, column_name, "the group" AS diagnosis, "the rows" AS rows, filled FROM (
        UNPIVOT (SELECT "the group", count(*) AS "the rows", count(COLUMNS('^[a-z0-9_]+$')) AS '\0'
                 FROM (SELECT t.*, p.diagnosis AS "the group" FROM lesions AS t LEFT JOIN patients AS p USING (case_id)) GROUP BY "the group")
        ON COLUMNS(* EXCLUDE ("the group", "the rows")) INTO NAME column_name VALUE filled)
)
