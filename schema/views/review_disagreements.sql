-- title: Contours on which reviewers disagree
--   ko: 검토자들의 의견이 다른 윤곽
-- grain: One row per contour that at least one reviewer accepts and one rejects, and that no majority of two settles
--   ko: 수락과 거부가 하나 이상씩 있고 두 명의 다수로 확정되지 않은 윤곽마다 한 행
-- key: annotation_path, annotation_pointer, label, view, lesion_id
-- depends: contour_reviews, reviews
-- column case_id: The case.
--   ko: 증례 ID.
-- column view: The view.
--   ko: 촬영 방향.
-- column reader: The reader who drew it.
--   ko: 윤곽을 그린 판독자.
-- column label: The label.
--   ko: 라벨.
-- column lesion_id: The lesion's number as written.
--   ko: 병변 번호 원문.
-- column annotation_path: The annotation file.
--   ko: 주석 파일.
-- column annotation_pointer: Place of the annotation in its file.
--   ko: 파일 안에서 주석의 위치.
-- column accepted_by: Reviewers who accept it.
--   ko: 수락한 검토자.
-- column rejected_by: Reviewers who reject it.
--   ko: 거부한 검토자.
-- column reasons: Reasons of rejection.
--   ko: 거부 사유.
-- column notes: Notes of the latest verdicts, each after its reviewer; null without one.
--   ko: 최신 판정의 메모, 검토자 이름 뒤에 표시; 없으면 null.
-- column contour_hash: The contour by its content.
--   ko: 내용으로 식별한 윤곽.
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
