-- title: Cases without a contour and what reviewers said of them
-- grain: One row per case without a contour
-- key: case_id
-- depends: latest_verdicts, review_status, undrawn_cases
-- column case_id: The case.
-- column diagnosis: Its group; null where it is not known.
-- column image_path: The first of its images, by path.
-- column contour_hash: The case and its images as a hash, by which a verdict names it.
-- column status: accepted when reviewers agree that no contour is missing, rejected when they agree that one is; else as in contour_reviews.
-- column accepted_by: Reviewers who find that no contour is missing, sorted; null without one.
-- column rejected_by: Reviewers who find that a contour is missing, sorted; null without one.
-- column second_opinion_by: Reviewers who want a second opinion, sorted; null without one.
-- column reasons: Reasons of rejection, each once, sorted; null without one.
-- column last_verdict_at: When the last verdict was given, in UTC; null without one.
SELECT
    c.case_id,
    c.diagnosis,
    c.image_path,
    c.contour_hash,
    review_status(v.accepted_by, v.rejected_by, v.second_opinion_by) AS status,
    v.accepted_by,
    v.rejected_by,
    v.second_opinion_by,
    v.reasons,
    v.last_verdict_at
FROM undrawn_cases AS c
LEFT JOIN latest_verdicts AS v USING (contour_hash)
