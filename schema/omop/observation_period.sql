-- title: Periods that the catalog covers
-- grain: One row per person
--
-- CDM 5.4: where the source has no such periods, from the earliest to the latest event of the person. The
-- events are studies: a period says when the person was imaged, not that nothing happened besides.
SELECT
    person_id AS observation_period_id,
    person_id,
    min(i.study_date) AS observation_period_start_date,
    max(i.study_date) AS observation_period_end_date,
    0 AS period_type_concept_id
FROM omop_person AS o JOIN images AS i USING (case_id)
WHERE i.study_date IS NOT NULL
GROUP BY person_id
