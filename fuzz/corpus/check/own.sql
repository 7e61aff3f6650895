-- severity: warning
-- title: Old patients
-- means: An age above 90 may be a slip.
-- advice: Look at the record.
-- population: patients WHERE age_years IS NOT NULL
-- at-most-percent: 5
-- key: case_id
SELECT case_id, age_years FROM patients WHERE age_years > 90 ORDER BY case_id;
