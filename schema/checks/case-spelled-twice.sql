-- severity: warning
-- title: One case ID in several spellings
-- means: Case IDs differ only in upper and lower case, separators or leading zeros, such as P001, p001 and P-001: most likely one patient with several IDs.
-- advice: Find out whether they are one patient, and correct the IDs or the rule of the profile; in two parts of a split it would be a leak.
-- population: patients
-- key: case_id
WITH spelled AS (
    SELECT case_key(case_id) AS key, list_sort(list(case_id)) AS cases
    FROM patients GROUP BY 1 HAVING count(*) > 1
)
SELECT p.case_id, s.cases
FROM patients AS p JOIN spelled AS s ON s.key = case_key(p.case_id)
ORDER BY p.case_id
