-- title: BI-RADS of a breast and its outcome
--   ko: 유방별 BI-RADS와 결과
-- grain: One row per case and side
--   ko: 증례와 측마다 한 행
-- key: case_id, laterality
-- depends: birads_rank, breasts, images, lesions, patients
-- column case_id: The case.
--   ko: 증례 ID.
-- column laterality: L or R.
--   ko: L 또는 R.
-- column birads: Category of this side, 0 to 6; null where the workbook has none for this side.
--   ko: 이 측의 범주, 0~6; 워크북에 이 측의 값이 없으면 null.
-- column birads_code: The category with its subdivision, such as 4A.
--   ko: 세부 범주를 포함한 범주 (예: 4A).
-- column birads_rank: Its rank in the order of suspicion, 1 to 9; null for 0, which is incomplete.
--   ko: 악성 의심 순서에서의 순위, 1~9; 0(추가 영상 평가 필요)은 null.
-- column is_malignant: Whether this breast has the malignant tumour: by its location, else false where the case or the side is normal or benign; null where the side is not recorded for a malignant case.
--   ko: 이 유방에 악성 종양이 있는지 여부: 종양의 위치에 따르고, 증례나 이 측이 정상 또는 양성이면 false; 악성 증례에서 종양의 측이 기록되지 않았으면 null.
-- column outcome: malignant, benign or normal; null for the other breast of a malignant case, of which only the absence of the malignant tumour is known.
--   ko: malignant, benign, normal 중 하나; 악성 증례의 반대쪽 유방은 악성 종양이 없다는 것만 알 수 있으므로 null.
-- column diagnosis: The case's group.
--   ko: 증례의 군.
-- column age_years: Age at examination. [year]
--   ko: 검사 당시 나이.
-- column vendor: Manufacturer of the device.
--   ko: 장비 제조사.
-- column model_family: Product line.
--   ko: 장비 모델 계열.
-- column study_year: Year of the first study. [year]
--   ko: 첫 검사의 연도.
-- column lesions: Valid contours on this side: not discarded, superseded or duplicate.
--   ko: 이 측의 유효한 윤곽 수: 판독 불가, 대체, 중복이 아닌 것.
-- BI-RADS of a side is joined with the outcome of that side only: joined by case, a reading would be
-- compared with the wrong breast. Where no side has its own category, birads_both cannot be divided and is
-- not included.
--   ko: 한 측의 BI-RADS는 그 측의 결과와만 연결된다: 증례 단위로 연결하면 판독을 반대쪽 유방과 비교하게 된다. 어느
--   ko: 측에도 고유한 범주가 없으면 birads_both를 나눌 수 없으므로 포함하지 않는다.
SELECT
    b.case_id,
    b.laterality,
    b.birads,
    b.birads_code,
    birads_rank(b.birads_code) AS birads_rank,
    coalesce(b.has_tumor, CASE WHEN b.diagnosis IN ('normal', 'benign') THEN false END) AS is_malignant,
    CASE WHEN b.has_tumor THEN 'malignant' WHEN b.diagnosis IN ('normal', 'benign') THEN b.diagnosis END AS outcome,
    p.diagnosis,
    p.age_years,
    p.vendor,
    p.model_family,
    i.study_year,
    coalesce(l.lesions, 0) AS lesions
FROM breasts AS b
JOIN patients AS p USING (case_id)
LEFT JOIN (
    SELECT case_id, year(min(study_date)) AS study_year FROM images GROUP BY case_id
) AS i USING (case_id)
LEFT JOIN (
    SELECT case_id, laterality, count(*) AS lesions
    FROM lesions
    WHERE NOT superseded AND NOT is_duplicate AND discarded IS NOT true
    GROUP BY case_id, laterality
) AS l USING (case_id, laterality)
