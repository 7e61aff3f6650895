-- title: Completeness of every column
-- grain: One row per table, column and group of patients
-- key: table_name, column_name, diagnosis
-- depends: annotations, breasts, images, lesions, patients
-- column table_name: patients, breasts, images, annotations or lesions.
-- column column_name: The column.
-- column diagnosis: The group of the case; null for rows of unknown group.
-- column rows: Rows of the table in that group.
-- column filled: Rows in which the column is not null.
-- column share: filled divided by rows, 0 to 1.
-- The meaning of an empty cell differs by column: see `mammodex schema TABLE --format markdown`. T stage
-- applies to malignant cases only, hence the groups; add up `filled` and `rows` to ignore them.
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
