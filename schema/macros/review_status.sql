-- title: What reviewers say together
--   ko: 검토자들의 종합 판정
-- usage: review_status(accepted_by, rejected_by, second_opinion_by)
-- gives: accepted or rejected when at least two reviewers agree and outnumber the others; disagreement, second_opinion, reviewed_once or unreviewed otherwise
--   ko: 검토자 두 명 이상의 의견이 같고 반대보다 많으면 accepted 또는 rejected; 아니면 disagreement, second_opinion, reviewed_once, unreviewed
-- example: SELECT review_status(['kim', 'lee'], ['park'], NULL) AS status
-- A second opinion is a queue and not a verdict: it settles nothing.
--   ko: 2차 의견은 대기 상태일 뿐 판정이 아니므로 아무것도 확정하지 않는다.
CREATE MACRO review_status(accepted_by, rejected_by, second_opinion_by) AS
CASE
    WHEN len(coalesce(accepted_by, [])) >= 2 AND len(accepted_by) > len(coalesce(rejected_by, [])) THEN 'accepted'
    WHEN len(coalesce(rejected_by, [])) >= 2 AND len(rejected_by) > len(coalesce(accepted_by, [])) THEN 'rejected'
    WHEN accepted_by IS NOT NULL AND rejected_by IS NOT NULL THEN 'disagreement'
    WHEN second_opinion_by IS NOT NULL THEN 'second_opinion'
    WHEN accepted_by IS NOT NULL OR rejected_by IS NOT NULL THEN 'reviewed_once'
    ELSE 'unreviewed'
END;
