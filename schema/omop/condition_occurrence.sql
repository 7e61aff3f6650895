-- title: Diagnoses
-- grain: One row per person whose case is benign or malignant
--
-- 4112853 is SNOMED CT 254837009, Malignant tumor of breast: only where the morphology is invasive (ICD-O-3
-- behaviour 3). A malignant case may be a carcinoma in situ, and a benign one need not be a neoplasm: 0.
-- The date is that of the first study; no date of a diagnosis is in the catalog.
SELECT
    row_number() OVER (ORDER BY o.person_id) AS condition_occurrence_id,
    o.person_id,
    CASE WHEN p.diagnosis = 'malignant' AND p.icdo3 LIKE '%/3' THEN 4112853 ELSE 0 END AS condition_concept_id,
    o.first_study_date AS condition_start_date,
    NULL AS condition_start_datetime,
    NULL AS condition_end_date,
    NULL AS condition_end_datetime,
    0 AS condition_type_concept_id,
    NULL AS condition_status_concept_id,
    NULL AS stop_reason,
    NULL AS provider_id,
    v.visit_occurrence_id,
    NULL AS visit_detail_id,
    concat_ws(' ', p.diagnosis, p.icdo3) AS condition_source_value,
    0 AS condition_source_concept_id,
    NULL AS condition_status_source_value
FROM patients AS p JOIN omop_person AS o USING (case_id)
JOIN omop_visit_occurrence AS v ON v.person_id = o.person_id AND v.visit_start_date = o.first_study_date
WHERE p.diagnosis IN ('benign', 'malignant')
