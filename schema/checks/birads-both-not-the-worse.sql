-- severity: warning
-- title: BI-RADS of both breasts is not the worse of the sides
-- means: The category of the exam is that of the breast that needs the most immediate action, in the order 1, 2, 3, 6, 0, 4, 5 (ACR BI-RADS Atlas, FAQ); here one of the three cells is wrong.
-- advice: Check the report. birads_max is the worst of the three.
-- population: patients WHERE birads_both > 0
-- key: case_id
-- finding: birads-both-mismatch
-- A category 0 of both breasts is incomplete and set aside; an exam with a side of 0 is incomplete unless
-- the other is 4 or more. A plain 4 agrees with 4A, 4B and 4C.
WITH exams AS (
    SELECT *, greatest(nullif(birads_left, 0), nullif(birads_right, 0)) AS worst,
           birads_left = 0 OR birads_right = 0 AS is_incomplete,
           regexp_extract(birads_both_code, '^4([ABC])$', 1) AS both_letter,
           regexp_extract(birads_left_code, '^4([ABC])$', 1) AS left_letter,
           regexp_extract(birads_right_code, '^4([ABC])$', 1) AS right_letter
    FROM patients
    WHERE birads_both > 0
)
SELECT case_id, birads_both_code, birads_left_code, birads_right_code, source_file, source_sheet, source_row
FROM exams
WHERE CASE
    WHEN is_incomplete AND coalesce(worst, 0) < 4 THEN true
    WHEN worst IS NULL THEN false
    WHEN birads_both <> worst THEN true
    WHEN birads_both = 4 AND both_letter <> '' THEN
        greatest(CASE WHEN birads_left = 4 THEN left_letter END, CASE WHEN birads_right = 4 THEN right_letter END)
            > both_letter
        OR (both_letter NOT IN (coalesce(left_letter, ''), coalesce(right_letter, ''))
            AND NOT coalesce(birads_left = 4 AND coalesce(left_letter, '') = '', false)
            AND NOT coalesce(birads_right = 4 AND coalesce(right_letter, '') = '', false))
    ELSE false END
ORDER BY case_id
