SELECT floor(max_diameter_mm / 10)::INTEGER * 10 || '–<' || (floor(max_diameter_mm / 10)::INTEGER * 10 + 10) AS diameter_mm,
       count(DISTINCT case_id) AS patients,
       count(*) AS contours
FROM lesions
WHERE case_id IN ({cases}) AND NOT superseded AND NOT is_duplicate AND discarded IS NOT true
GROUP BY floor(max_diameter_mm / 10)
ORDER BY floor(max_diameter_mm / 10) NULLS LAST
