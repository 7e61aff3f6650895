-- title: Agreement of reviewers
--   ko: 검토자 간 일치도
-- grain: One row per pair of reviewers who judged at least one contour, or case without one, in common
--   ko: 윤곽 또는 윤곽 없는 증례를 하나 이상 함께 판정한 검토자 쌍마다 한 행
-- key: reviewer_a, reviewer_b
-- depends: reviews
-- column reviewer_a: One reviewer, the first by name.
--   ko: 한 검토자 (이름순으로 앞).
-- column reviewer_b: The other reviewer.
--   ko: 다른 검토자.
-- column contours: Contours of this snapshot, and cases without one, that both accepted or rejected.
--   ko: 둘 다 수락 또는 거부한 이 스냅숏의 윤곽과 윤곽 없는 증례 수.
-- column both_accept: Contours that both accept.
--   ko: 둘 다 수락한 윤곽 수.
-- column both_reject: Contours that both reject.
--   ko: 둘 다 거부한 윤곽 수.
-- column only_a_accepts: Contours that the first accepts and the other rejects.
--   ko: 첫째는 수락하고 다른 검토자는 거부한 윤곽 수.
-- column only_b_accepts: Contours that the other accepts and the first rejects.
--   ko: 다른 검토자는 수락하고 첫째는 거부한 윤곽 수.
-- column agreement: Share of contours with the same verdict, 0 to 1.
--   ko: 판정이 같은 윤곽의 비율, 0~1.
-- column kappa: Cohen's kappa (1960), agreement beyond chance; null where both gave one and the same verdict throughout.
--   ko: 코헨의 카파(1960), 우연을 넘는 일치도; 둘 다 내내 같은 판정 하나만 내렸으면 null.
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
