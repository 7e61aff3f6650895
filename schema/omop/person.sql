-- title: Patients with an age and a study date
-- grain: One row per case
--
-- CDM 5.4, person: "If no year of birth is available all the person's data should be dropped". The year is
-- that of the first study less the age in whole years; a person whose birthday is after the study was born
-- in the year before it. 8507 and 8532 are the concepts of CDM 5.4 (General Conventions, Domains).
SELECT
    row_number() OVER (ORDER BY case_id) AS person_id,
    CASE sex WHEN 'M' THEN 8507 WHEN 'F' THEN 8532 ELSE 0 END AS gender_concept_id,
    year(first_study_date) - age_years AS year_of_birth,
    NULL AS month_of_birth,
    NULL AS day_of_birth,
    NULL AS birth_datetime,
    0 AS race_concept_id,
    0 AS ethnicity_concept_id,
    NULL AS location_id,
    NULL AS provider_id,
    NULL AS care_site_id,
    case_id AS person_source_value,
    sex AS gender_source_value,
    0 AS gender_source_concept_id,
    NULL AS race_source_value,
    0 AS race_source_concept_id,
    NULL AS ethnicity_source_value,
    0 AS ethnicity_source_concept_id,
    case_id,
    first_study_date
FROM (
    SELECT p.case_id, p.age_years, i.first_study_date, i.sex
    FROM patients AS p
    JOIN (
        SELECT case_id, min(study_date) AS first_study_date,
               CASE WHEN count(DISTINCT sex) = 1 THEN any_value(sex) END AS sex
        FROM images GROUP BY case_id
    ) AS i USING (case_id)
)
WHERE age_years IS NOT NULL AND first_study_date IS NOT NULL
