-- title: Days of studies
-- grain: One row per person and study date
--
-- Studies of one day are one visit, which ends on that day. The kind of visit, the time of day and the place
-- are not in the catalog: 0 and NULL.
SELECT
    row_number() OVER (ORDER BY person_id, study_date) AS visit_occurrence_id,
    person_id,
    0 AS visit_concept_id,
    study_date AS visit_start_date,
    NULL AS visit_start_datetime,
    study_date AS visit_end_date,
    NULL AS visit_end_datetime,
    0 AS visit_type_concept_id,
    NULL AS provider_id,
    NULL AS care_site_id,
    NULL AS visit_source_value,
    0 AS visit_source_concept_id,
    NULL AS admitted_from_concept_id,
    NULL AS admitted_from_source_value,
    NULL AS discharged_to_concept_id,
    NULL AS discharged_to_source_value,
    CASE WHEN lag(person_id) OVER (ORDER BY person_id, study_date) = person_id
         THEN row_number() OVER (ORDER BY person_id, study_date) - 1 END AS preceding_visit_occurrence_id
FROM (
    SELECT DISTINCT o.person_id, i.study_date
    FROM omop_person AS o JOIN images AS i USING (case_id)
    WHERE i.study_date IS NOT NULL
)
