-- severity: warning
-- title: BI-RADS of both breasts is not the worse of the sides
--   ko: 양쪽 유방의 BI-RADS가 더 나쁜 측의 값이 아님
-- means: The category of the exam is that of the breast that needs the most immediate action, in the order 1, 2, 3, 6, 0, 4, 5 (ACR BI-RADS Atlas, FAQ); here one of the three cells is wrong.
--   ko: 검사의 범주는 가장 시급한 조치가 필요한 유방의 범주이며 순서는 1, 2, 3, 6, 0, 4, 5입니다 (ACR BI-RADS Atlas, FAQ). 여기서는 세 셀 중 하나가 잘못되었습니다.
-- advice: Check the report. birads_max is the worst of the three.
--   ko: 판독 보고서를 확인하십시오. birads_max는 셋 중 가장 나쁜 값입니다.
-- population: patients WHERE birads_both > 0
-- key: case_id
-- finding: birads-both-mismatch
-- A category 0 of both breasts is incomplete and set aside; an exam with a side of 0 is incomplete unless
-- the other is 4 or more. A plain 4 agrees with 4A, 4B and 4C.
--   ko: 양쪽 유방의 범주 0은 추가 영상 평가가 필요하다는 뜻이므로 비교하지 않습니다. 한 측이 0이면 다른 측이 4 이상이
--   ko: 아닌 한 검사도 0입니다. 세부 구분 없는 4는 4A, 4B, 4C와 일치하는 것으로 봅니다.
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
