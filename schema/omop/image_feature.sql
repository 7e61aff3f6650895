-- title: Measured contours
-- grain: One row per contour and quantity
--
-- The value is the row of measurement that image_feature_event_id names; 1147330 is the concept of the table
-- measurement (MI-CDM conventions of OHDSI's ImageWG). Rows of one contour share image_finding_id. A contour
-- was drawn by a reader: no algorithm is named.
SELECT
    row_number() OVER (ORDER BY measurement_id) AS image_feature_id,
    person_id,
    image_occurrence_id,
    1147330 AS image_feature_event_field_concept_id,
    measurement_id AS image_feature_event_id,
    0 AS image_feature_concept_id,
    0 AS image_feature_type_concept_id,
    0 AS image_finding_concept_id,
    dense_rank() OVER (
        ORDER BY person_id, annotation_path, annotation_pointer, label, view, lesion_id
    ) AS image_finding_id,
    4298444 AS anatomic_site_concept_id,
    NULL AS alg_system,
    NULL AS alg_datetime
FROM omop_measurement
WHERE image_occurrence_id IS NOT NULL
