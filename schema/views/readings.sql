-- title: BI-RADS of a breast and its outcome
-- grain: One row per case and side
-- key: case_id, laterality
-- depends: birads_rank, breasts, images, lesions, patients
-- column case_id: The case.
-- column laterality: L or R.
-- column birads: Category of this side, 0 to 6; null where the workbook has none for this side.
-- column birads_code: The category with its subdivision, such as 4A.
-- column birads_rank: Its rank in the order of suspicion, 1 to 9; null for 0, which is incomplete.
-- column is_malignant: Whether this breast has the malignant tumour: by its location, else false where the case or the side is normal or benign; null where the side is not recorded for a malignant case.
-- column outcome: malignant, benign or normal; null for the other breast of a malignant case, of which only the absence of the malignant tumour is known.
-- column diagnosis: The case's group.
-- column age_years: Age at examination. [year]
-- column vendor: Manufacturer of the device.
-- column model_family: Product line.
-- column study_year: Year of the first study. [year]
-- column lesions: Valid contours on this side: not discarded, superseded or duplicate.
-- BI-RADS of a side is joined with the outcome of that side only: joined by case, a reading would be
-- compared with the wrong breast. Where no side has its own category, birads_both cannot be divided and is
-- not included.
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
