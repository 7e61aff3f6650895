-- title: Mammographic studies
-- grain: One row per person and study
--
-- image_occurrence needs a procedure for every image. The concept is left to whoever knows the site's orders.
SELECT
    row_number() OVER (ORDER BY person_id, study_instance_uid) AS procedure_occurrence_id,
    person_id,
    0 AS procedure_concept_id,
    study_date AS procedure_date,
    NULL AS procedure_datetime,
    NULL AS procedure_end_date,
    NULL AS procedure_end_datetime,
    0 AS procedure_type_concept_id,
    NULL AS modifier_concept_id,
    NULL AS quantity,
    NULL AS provider_id,
    visit_occurrence_id,
    NULL AS visit_detail_id,
    modalities AS procedure_source_value,
    0 AS procedure_source_concept_id,
    NULL AS modifier_source_value,
    study_instance_uid
FROM (
    SELECT o.person_id, i.study_instance_uid, min(i.study_date) AS study_date,
           string_agg(DISTINCT i.modality, ',' ORDER BY i.modality) AS modalities
    FROM images AS i JOIN omop_person AS o USING (case_id)
    WHERE i.study_instance_uid IS NOT NULL AND i.series_instance_uid IS NOT NULL AND i.study_date IS NOT NULL
    GROUP BY ALL
)
JOIN (SELECT visit_occurrence_id, person_id, visit_start_date AS study_date FROM omop_visit_occurrence)
  USING (person_id, study_date)
