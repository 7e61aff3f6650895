-- title: Series of images
-- grain: One row per person, study and series
--
-- Medical Imaging CDM (Park et al., J Imaging Inform Med 2024, doi:10.1007/s10278-024-00982-6): a row is a
-- DICOM series. 4298444 is SNOMED CT 76752008, Breast structure. local_path is the file of a series of one
-- image, else its folder, below the data set's own folder.
SELECT
    row_number() OVER (ORDER BY person_id, study_instance_uid, series_instance_uid) AS image_occurrence_id,
    person_id,
    procedure_occurrence_id,
    visit_occurrence_id,
    4298444 AS anatomic_site_concept_id,
    NULL AS wadors_uri,
    local_path,
    study_date AS image_occurrence_date,
    study_instance_uid AS image_study_uid,
    series_instance_uid AS image_series_uid,
    0 AS modality_concept_id
FROM (
    SELECT o.person_id, c.procedure_occurrence_id, i.study_instance_uid, i.series_instance_uid,
           min(i.study_date) AS study_date,
           CASE WHEN count(*) = 1 THEN any_value(i.path)
                WHEN count(DISTINCT regexp_replace(i.path, '/?[^/]*$', '')) = 1
                THEN any_value(regexp_replace(i.path, '/?[^/]*$', '')) END AS local_path
    FROM images AS i
    JOIN omop_person AS o USING (case_id)
    JOIN omop_procedure_occurrence AS c
      ON c.person_id = o.person_id AND c.study_instance_uid = i.study_instance_uid
    WHERE i.series_instance_uid IS NOT NULL AND i.study_date IS NOT NULL
    GROUP BY ALL
)
JOIN (SELECT visit_occurrence_id, person_id, visit_start_date AS study_date FROM omop_visit_occurrence)
  USING (person_id, study_date)
