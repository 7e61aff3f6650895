-- title: Contours and what reviewers said of them
-- grain: One row per contour that counts: not superseded, duplicate or discarded, and with a polygon
-- key: annotation_path, annotation_pointer, label, view, lesion_id
-- depends: contour_hash, latest_verdicts, lesions, review_status
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
WITH contours AS (
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
    review_status(v.accepted_by, v.rejected_by, v.second_opinion_by) AS status,
    v.accepted_by,
    v.rejected_by,
    v.second_opinion_by,
    v.reasons,
    v.last_verdict_at
FROM contours AS c
LEFT JOIN latest_verdicts AS v USING (contour_hash)
