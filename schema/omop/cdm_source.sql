-- title: The source
-- grain: One row, or none where no file describes the source
--
-- 756265 is the concept of OMOP CDM version 5.4.0. The source is released, unless the file says otherwise, on
-- the date of the latest study: "Typically the latest event date in the source is on the source_release_date".
SELECT
    cdm_source_name,
    cdm_source_abbreviation,
    cdm_holder,
    source_description,
    source_documentation_reference,
    cdm_etl_reference,
    coalesce(source_release_date, (SELECT max(observation_period_end_date) FROM omop_observation_period))
        AS source_release_date,
    cdm_release_date,
    'v5.4' AS cdm_version,
    756265 AS cdm_version_concept_id,
    vocabulary_version
FROM omop_source_file
