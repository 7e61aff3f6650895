-- title: BI-RADS of a breast beside what it turned out to be
-- grain: One row per case and side
-- key: case_id, laterality
-- depends: birads_rank, breasts, images, lesions, patients
-- column case_id: The case.
-- column laterality: L or R.
-- column birads: Category of this side, 0 to 6; null where the workbook gives none for this side.
-- column birads_code: The category with its subdivision, such as 4A.
-- column birads_rank: Its place in the order of suspicion, 1 to 9; null for 0, which is incomplete.
-- column is_malignant: Whether this breast has the malignant tumour: by its place, else false where the case or the side is normal or benign; null where a malignant case does not say which side.
-- column outcome: malignant, benign or normal; null for the other breast of a malignant case, of which nothing is said but that the tumour is not there.
-- column diagnosis: The case's group.
-- column age_years: Age at examination. [year]
-- column vendor: Maker of the device.
-- column model_family: Product line.
-- column study_year: Year of the first study. [year]
-- column lesions: Contours on this side that count: not discarded, superseded or drawn twice.
-- BI-RADS of a side joins with the outcome of that side alone: joined by case, a finding would land on
-- the wrong breast. Where no side has a category of its own, birads_both cannot be split and is not here.
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
