-- title: Agreement of reviewers
-- grain: One row per pair of reviewers who judged at least one contour, or case without one, in common
-- key: reviewer_a, reviewer_b
-- depends: reviews
-- column reviewer_a: One reviewer, the first by name.
-- column reviewer_b: The other reviewer.
-- column contours: Contours of this snapshot, and cases without one, that both accepted or rejected.
-- column both_accept: Contours that both accept.
-- column both_reject: Contours that both reject.
-- column only_a_accepts: Contours that the first accepts and the other rejects.
-- column only_b_accepts: Contours that the other accepts and the first rejects.
-- column agreement: Share of contours with the same verdict, 0 to 1.
-- column kappa: Cohen's kappa (1960), agreement beyond chance; null where both gave one and the same verdict throughout.
WITH judged AS (
    SELECT DISTINCT reviewer, contour_hash, verdict = 'accept' AS accepts
    FROM reviews
    WHERE is_latest AND is_current AND verdict IN ('accept', 'reject')
), pairs AS (
    SELECT
        a.reviewer AS reviewer_a,
        b.reviewer AS reviewer_b,
        count(*) AS contours,
        count(*) FILTER (a.accepts AND b.accepts) AS both_accept,
        count(*) FILTER (NOT a.accepts AND NOT b.accepts) AS both_reject,
        count(*) FILTER (a.accepts AND NOT b.accepts) AS only_a_accepts,
        count(*) FILTER (NOT a.accepts AND b.accepts) AS only_b_accepts
    FROM judged AS a
    JOIN judged AS b ON a.contour_hash = b.contour_hash AND a.reviewer < b.reviewer
    GROUP BY ALL
), shares AS (
    SELECT
        *,
        (both_accept + both_reject) / contours AS agreement,
        ((both_accept + only_a_accepts) / contours) * ((both_accept + only_b_accepts) / contours)
            + ((both_reject + only_b_accepts) / contours) * ((both_reject + only_a_accepts) / contours) AS by_chance
    FROM pairs
)
SELECT
    reviewer_a,
    reviewer_b,
    contours,
    both_accept,
    both_reject,
    only_a_accepts,
    only_b_accepts,
    agreement,
    (agreement - by_chance) / nullif(1 - by_chance, 0) AS kappa
FROM shares
