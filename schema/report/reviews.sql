SELECT status, count(*) AS contours
FROM contour_reviews
WHERE case_id IN ({cases})
GROUP BY status
ORDER BY list_position(['accepted', 'rejected', 'disagreement', 'second_opinion', 'reviewed_once', 'unreviewed'], status)
