-- severity: warning
-- title: T stages that contradict the tumour size
--   ko: 종양 크기와 모순되는 T 병기
-- means: By AJCC, T1mi is up to 1 mm, T1a up to 5, T1b up to 10, T1c up to 20, T2 up to 50, T3 above that. Stage or size is wrong, or the size is in mm.
--   ko: AJCC에 따르면 T1mi는 1 mm까지, T1a는 5, T1b는 10, T1c는 20, T2는 50 mm까지, T3는 그보다 큽니다. 병기나 크기가 잘못되었거나 크기가 mm로 적혔습니다.
-- advice: Check the report, and tumor_size_raw for the unit.
--   ko: 보고서를 확인하고 tumor_size_raw에서 단위를 확인하십시오.
-- population: patients WHERE tumor_size_cm > 0 AND t_stage_code IS NOT NULL
-- key: case_id
-- Sizes are rounded to whole mm, except that more than 1 and less than 2 mm is 2 (AJCC, 8th edition), so
-- that it is not T1mi. T0, Tis, TX and T4 do not depend on size. Stages after therapy (yc, yp) are
-- excluded: the size may be from before.
--   ko: 크기는 정수 mm로 반올림하되, 1보다 크고 2 mm보다 작은 값은 T1mi가 되지 않도록 2로 합니다 (AJCC 8판). T0, Tis, TX, T4는 크기에 따르지 않습니다. 치료 후 병기(yc, yp)는 크기가 치료 전의 것일 수 있어 제외합니다.
WITH staged AS (
    SELECT *, regexp_replace(t_stage_code, '^T', '') AS t,
           CASE WHEN tumor_size_cm * 10 > 1 AND tumor_size_cm * 10 < 2 THEN 2 ELSE round(tumor_size_cm * 10) END AS size_mm
    FROM patients
    WHERE tumor_size_cm > 0 AND coalesce(t_stage_prefix, '') NOT LIKE 'y%'
)
SELECT case_id, t_stage_code, tumor_size_cm, t_stage_raw, tumor_size_raw, source_file, source_sheet, source_row
FROM staged
WHERE CASE t
    WHEN '1mi' THEN size_mm > 1
    WHEN '1a' THEN size_mm < 2 OR size_mm > 5
    WHEN '1b' THEN size_mm < 6 OR size_mm > 10
    WHEN '1c' THEN size_mm < 11 OR size_mm > 20
    WHEN '1' THEN size_mm > 20
    WHEN '2' THEN size_mm < 21 OR size_mm > 50
    WHEN '3' THEN size_mm < 51
    ELSE false END
ORDER BY case_id
