-- title: Cases without a contour and what reviewers said of them
--   ko: 윤곽 없는 증례와 그에 대한 검토자들의 판정
-- grain: One row per case without a contour
--   ko: 윤곽 없는 증례마다 한 행
-- key: case_id
-- depends: latest_verdicts, review_status, undrawn_cases
-- column case_id: The case.
--   ko: 증례 ID.
-- column diagnosis: Its group; null where it is not known.
--   ko: 증례의 군; 알 수 없으면 null.
-- column image_path: The first of its images, by path.
--   ko: 경로순으로 첫째 영상.
-- column contour_hash: The case and its images as a hash, by which a verdict names it.
--   ko: 판정이 가리키는, 증례와 그 영상들의 해시.
-- column status: accepted when reviewers agree that no contour is missing, rejected when they agree that one is; else as in contour_reviews.
--   ko: 빠진 윤곽이 없다는 데 검토자들이 동의하면 accepted, 빠진 윤곽이 있다는 데 동의하면 rejected; 그 밖에는 contour_reviews와 같음.
-- column accepted_by: Reviewers who find that no contour is missing, sorted; null without one.
--   ko: 빠진 윤곽이 없다고 본 검토자, 정렬됨; 없으면 null.
-- column rejected_by: Reviewers who find that a contour is missing, sorted; null without one.
--   ko: 빠진 윤곽이 있다고 본 검토자, 정렬됨; 없으면 null.
-- column second_opinion_by: Reviewers who want a second opinion, sorted; null without one.
--   ko: 2차 의견을 요청한 검토자, 정렬됨; 없으면 null.
-- column reasons: Reasons of rejection, each once, sorted; null without one.
--   ko: 거부 사유, 중복 없이 정렬됨; 없으면 null.
-- column last_verdict_at: When the last verdict was given, in UTC; null without one.
--   ko: 마지막 판정 시각 (UTC); 없으면 null.
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
