-- title: Contours and cases with their latest verdicts
--   ko: 윤곽과 증례의 최신 판정
-- grain: One row per contour, or case without one, on which at least one verdict counts
--   ko: 유효한 판정이 하나 이상 있는 윤곽 또는 윤곽 없는 증례마다 한 행
-- key: contour_hash
-- depends: reviews
-- column contour_hash: The contour, or the case without one, by its hash.
--   ko: 윤곽 또는 윤곽 없는 증례의 해시.
-- column accepted_by: Reviewers whose latest verdict accepts it, sorted; null without one.
--   ko: 최신 판정이 수락인 검토자, 정렬됨; 없으면 null.
-- column rejected_by: Reviewers whose latest verdict rejects it, sorted; null without one.
--   ko: 최신 판정이 거부인 검토자, 정렬됨; 없으면 null.
-- column second_opinion_by: Reviewers who want a second opinion, sorted; null without one.
--   ko: 2차 의견을 요청한 검토자, 정렬됨; 없으면 null.
-- column reasons: Reasons of rejection, each once, sorted; null without one.
--   ko: 거부 사유, 중복 없이 정렬됨; 없으면 null.
-- column last_verdict_at: When the last verdict was given, in UTC.
--   ko: 마지막 판정 시각 (UTC).
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
