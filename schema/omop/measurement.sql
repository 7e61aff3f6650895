-- title: Clinical measurements, BI-RADS, stages, and sizes of contours
-- grain: One row per person and quantity, and per contour and quantity
--
-- 8582 is UCUM cm, 8588 UCUM mm. Contours are those that count: not superseded, not a duplicate, of no case
-- that the reader discarded. The date is that of the first study, of a contour that of its image's study.
SELECT
    row_number() OVER (
        ORDER BY person_id, annotation_path NULLS FIRST, annotation_pointer, label, view, lesion_id, quantity
    ) AS measurement_id,
    person_id,
    0 AS measurement_concept_id,
    measured_on AS measurement_date,
    NULL AS measurement_datetime,
    NULL AS measurement_time,
    0 AS measurement_type_concept_id,
    NULL AS operator_concept_id,
    number AS value_as_number,
    NULL AS value_as_concept_id,
    unit_concept_id,
    NULL AS range_low,
    NULL AS range_high,
    NULL AS provider_id,
    visit_occurrence_id,
    NULL AS visit_detail_id,
    quantity AS measurement_source_value,
    0 AS measurement_source_concept_id,
    unit AS unit_source_value,
    0 AS unit_source_concept_id,
    text AS value_source_value,
    NULL AS measurement_event_id,
    NULL AS meas_event_field_concept_id,
    image_occurrence_id, annotation_path, annotation_pointer, label, view, lesion_id
FROM (
    SELECT o.person_id, o.first_study_date AS measured_on, q.*,
           NULL AS image_occurrence_id, NULL AS annotation_path, NULL AS annotation_pointer,
           NULL AS label, NULL AS view, NULL AS lesion_id
    FROM patients AS p JOIN omop_person AS o USING (case_id),
    LATERAL (
        SELECT unnest([
            {quantity: 'tumor_size_cm', number: p.tumor_size_cm, unit: 'cm', unit_concept_id: 8582,
             text: p.tumor_size_cm::VARCHAR},
            {quantity: 't_stage', number: NULL, unit: NULL, unit_concept_id: NULL, text: p.t_stage_code},
            {quantity: 'n_stage', number: NULL, unit: NULL, unit_concept_id: NULL, text: p.n_stage_code},
            {quantity: 'birads_both', number: NULL, unit: NULL, unit_concept_id: NULL, text: p.birads_both_code},
            {quantity: 'birads_left', number: NULL, unit: NULL, unit_concept_id: NULL, text: p.birads_left_code},
            {quantity: 'birads_right', number: NULL, unit: NULL, unit_concept_id: NULL, text: p.birads_right_code}
        ], recursive := true)
    ) AS q
    WHERE q.text IS NOT NULL
    UNION ALL BY NAME
    SELECT c.person_id, i.study_date AS measured_on, q.*, c.image_occurrence_id,
           l.annotation_path, l.annotation_pointer, l.label, l.view, l.lesion_id
    FROM lesions AS l
    JOIN images AS i ON i.path = l.image_path
    JOIN omop_person AS o ON o.case_id = i.case_id
    JOIN omop_image_occurrence AS c
      ON c.person_id = o.person_id AND c.image_study_uid = i.study_instance_uid
     AND c.image_series_uid = i.series_instance_uid,
    LATERAL (
        SELECT unnest([
            {quantity: 'contour_max_diameter_mm', number: l.max_diameter_mm, unit: 'mm', unit_concept_id: 8588,
             text: l.max_diameter_mm::VARCHAR},
            {quantity: 'contour_area_mm2', number: l.area_mm2, unit: 'mm2', unit_concept_id: 0,
             text: l.area_mm2::VARCHAR}
        ], recursive := true)
    ) AS q
    WHERE q.text IS NOT NULL AND i.study_date IS NOT NULL
      AND NOT l.superseded AND NOT l.is_duplicate AND l.discarded IS NOT true
)
JOIN (SELECT visit_occurrence_id, person_id, visit_start_date AS measured_on FROM omop_visit_occurrence)
  USING (person_id, measured_on)
