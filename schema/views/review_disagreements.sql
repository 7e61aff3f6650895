-- title: Contours on which reviewers disagree
-- grain: One row per contour that at least one reviewer accepts and one rejects, and that no majority of two settles
-- key: annotation_path, annotation_pointer, label, view, lesion_id
-- depends: contour_reviews, reviews
-- column case_id: The case.
-- column view: The view.
-- column reader: The reader who drew it.
-- column label: The label.
-- column lesion_id: The lesion's number as written.
-- column annotation_path: The annotation file.
-- column annotation_pointer: Place of the annotation in its file.
-- column accepted_by: Reviewers who accept it.
-- column rejected_by: Reviewers who reject it.
-- column reasons: Reasons of rejection.
-- column notes: Notes of the latest verdicts, each after its reviewer; null without one.
-- column contour_hash: The contour by its content.
SELECT
    c.case_id,
    c.view,
    c.reader,
    c.label,
    c.lesion_id,
    c.annotation_path,
    c.annotation_pointer,
    c.accepted_by,
    c.rejected_by,
    c.reasons,
    n.notes,
    c.contour_hash
FROM contour_reviews AS c
LEFT JOIN (
    SELECT contour_hash, string_agg(reviewer || ': ' || note, '; ' ORDER BY reviewer) AS notes
    FROM reviews
    WHERE is_latest AND note IS NOT NULL AND verdict IN ('accept', 'reject')
    GROUP BY contour_hash
) AS n USING (contour_hash)
WHERE c.status = 'disagreement'
