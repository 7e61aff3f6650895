-- title: Contours and cases with their latest verdicts
-- grain: One row per contour, or case without one, on which at least one verdict counts
-- key: contour_hash
-- depends: reviews
-- column contour_hash: The contour, or the case without one, by its hash.
-- column accepted_by: Reviewers whose latest verdict accepts it, sorted; null without one.
-- column rejected_by: Reviewers whose latest verdict rejects it, sorted; null without one.
-- column second_opinion_by: Reviewers who want a second opinion, sorted; null without one.
-- column reasons: Reasons of rejection, each once, sorted; null without one.
-- column last_verdict_at: When the last verdict was given, in UTC.
SELECT
    contour_hash,
    list(reviewer ORDER BY reviewer) FILTER (verdict = 'accept') AS accepted_by,
    list(reviewer ORDER BY reviewer) FILTER (verdict = 'reject') AS rejected_by,
    list(reviewer ORDER BY reviewer) FILTER (verdict = 'second_opinion') AS second_opinion_by,
    list_sort(list(DISTINCT reason) FILTER (verdict = 'reject' AND reason IS NOT NULL)) AS reasons,
    max(given_at) AS last_verdict_at
FROM reviews
WHERE is_latest AND verdict <> 'withdrawn'
GROUP BY contour_hash
