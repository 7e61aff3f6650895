SELECT severity, code, count(*) AS findings
FROM issues
WHERE case_id IS NULL OR case_id IN ({cases})
GROUP BY severity, code
ORDER BY list_position(['error', 'warning', 'info'], severity), findings DESC, code
