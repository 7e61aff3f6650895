-- title: Contours and what reviewers said of them
--   ko: 윤곽과 그에 대한 검토자들의 판정
-- grain: One row per contour that counts: not superseded, duplicate or discarded, and with a polygon
--   ko: 유효한 윤곽당 한 행: 대체, 중복, 판독 불가가 아니고 다각형이 있는 것
-- key: annotation_path, annotation_pointer, label, view, lesion_id
-- depends: contour_hash, latest_verdicts, lesions, review_status
-- column case_id: The case.
--   ko: 증례 ID.
-- column view: LCC, LMLO, RCC or RMLO; null where the key is not a view.
--   ko: LCC, LMLO, RCC, RMLO 중 하나; 키가 촬영 방향이 아니면 null.
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
-- column image_path: The image.
--   ko: 영상.
-- column max_diameter_mm: Longest diameter; null without pixel spacing. [mm]
--   ko: 최대 지름; 화소 간격이 없으면 null.
-- column contour_hash: The contour by its content.
--   ko: 내용으로 식별한 윤곽.
-- column status: accepted or rejected when at least two reviewers agree and outnumber the others; disagreement, second_opinion, reviewed_once or unreviewed otherwise.
--   ko: 검토자 두 명 이상의 의견이 같고 반대보다 많으면 accepted 또는 rejected; 아니면 disagreement, second_opinion, reviewed_once, unreviewed.
-- column accepted_by: Reviewers whose latest verdict accepts it, sorted; null without one.
--   ko: 최신 판정이 수락인 검토자, 정렬됨; 없으면 null.
-- column rejected_by: Reviewers whose latest verdict rejects it, sorted; null without one.
--   ko: 최신 판정이 거부인 검토자, 정렬됨; 없으면 null.
-- column second_opinion_by: Reviewers who want a second opinion, sorted; null without one.
--   ko: 2차 의견을 요청한 검토자, 정렬됨; 없으면 null.
-- column reasons: Reasons of rejection, each once, sorted; null without one.
--   ko: 거부 사유, 중복 없이 정렬됨; 없으면 null.
-- column last_verdict_at: When the last verdict was given, in UTC; null without one.
--   ko: 마지막 판정 시각 (UTC); 없으면 null.
-- A second opinion is a queue and not a verdict: it settles nothing.
--   ko: 2차 의견은 대기 상태일 뿐 판정이 아니므로 아무것도 확정하지 않는다.
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
