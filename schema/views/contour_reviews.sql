-- title: Contours and what reviewers said of them
-- grain: One row per contour that counts: not superseded, duplicate or discarded, and with a polygon
-- key: annotation_path, annotation_pointer, label, view, lesion_id
-- depends: contour_hash, lesions, reviews
-- column case_id: The case.
-- column view: LCC, LMLO, RCC or RMLO; null where the key is not a view.
-- column reader: The reader who drew it.
-- column label: The label.
-- column lesion_id: The lesion's number as written.
-- column annotation_path: The annotation file.
-- column annotation_pointer: Place of the annotation in its file.
-- column image_path: The image.
-- column max_diameter_mm: Longest diameter; null without pixel spacing. [mm]
-- column contour_hash: The contour by its content.
-- column status: accepted or rejected when at least two reviewers agree and outnumber the others; disagreement, second_opinion, reviewed_once or unreviewed otherwise.
-- column accepted_by: Reviewers whose latest verdict accepts it, sorted; null without one.
-- column rejected_by: Reviewers whose latest verdict rejects it, sorted; null without one.
-- column second_opinion_by: Reviewers who want a second opinion, sorted; null without one.
-- column reasons: Reasons of rejection, each once, sorted; null without one.
-- column last_verdict_at: When the last verdict was given, in UTC; null without one.
-- A second opinion is a queue and not a verdict: it settles nothing.
WITH verdicts AS (
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
), contours AS (
    SELECT *, contour_hash(coalesce(sop_instance_uid, image_path), reader, label, contour_wkb) AS contour_hash
    FROM lesions
    WHERE NOT superseded AND NOT is_duplicate AND discarded IS NOT true AND contour_wkb IS NOT NULL
)
SELECT
    c.case_id,
    c.view,
    c.reader,
    c.label,
    c.lesion_id,
    c.annotation_path,
    c.annotation_pointer,
    c.image_path,
    c.max_diameter_mm,
    c.contour_hash,
    CASE
        WHEN len(coalesce(accepted_by, [])) >= 2 AND len(accepted_by) > len(coalesce(rejected_by, [])) THEN 'accepted'
        WHEN len(coalesce(rejected_by, [])) >= 2 AND len(rejected_by) > len(coalesce(accepted_by, [])) THEN 'rejected'
        WHEN accepted_by IS NOT NULL AND rejected_by IS NOT NULL THEN 'disagreement'
        WHEN second_opinion_by IS NOT NULL THEN 'second_opinion'
        WHEN accepted_by IS NOT NULL OR rejected_by IS NOT NULL THEN 'reviewed_once'
        ELSE 'unreviewed'
    END AS status,
    v.accepted_by,
    v.rejected_by,
    v.second_opinion_by,
    v.reasons,
    v.last_verdict_at
FROM contours AS c
LEFT JOIN verdicts AS v USING (contour_hash)
