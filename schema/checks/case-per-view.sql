-- severity: warning
-- title: One case ID per view or side
-- means: Case IDs differ only in a view or side at their end, such as P_01_LEFT_CC and P_01_LEFT_MLO: the data set has several Patient IDs per patient, and each became a case.
-- advice: Use a profile whose rule for the case ID omits the view; until then a split assigns the views of one patient to different parts.
-- population: patients
-- key: case_id
WITH stems AS (
    SELECT case_stem(case_id) AS stem, list_sort(list(case_id)) AS cases
    FROM patients
    GROUP BY 1 HAVING count(DISTINCT case_key(case_id)) > 1
)
SELECT p.case_id, s.cases
FROM patients AS p JOIN stems AS s ON s.stem = case_stem(p.case_id)
ORDER BY p.case_id
