-- title: Verdicts of reviewers on contours
--   ko: 윤곽에 대한 검토자들의 판정
-- grain: One row per verdict, replaced and withdrawn ones included
--   ko: 판정마다 한 행 (대체되거나 취소된 것 포함)
-- key: reviewer, number
-- depends: contour_hash, lesions, undrawn_cases
-- column reviewer: The reviewer, by the name of the file in the catalog's folder reviews.
--   ko: 검토자: 카탈로그의 reviews 폴더에 있는 파일 이름.
-- column number: Number of the verdict in that file, from 1.
--   ko: 그 파일 안에서의 판정 번호, 1부터.
-- column given_at: When it was given, in UTC.
--   ko: 판정 시각 (UTC).
-- column contour_hash: The contour, by its content; see the macro contour_hash. Of a case without a contour the hash in undrawn_cases.
--   ko: 내용으로 식별한 윤곽 (매크로 contour_hash 참고). 윤곽 없는 증례는 undrawn_cases의 해시.
-- column case_id: The case at that time.
--   ko: 당시의 증례.
-- column image_path: The image at that time.
--   ko: 당시의 영상.
-- column verdict: accept, reject, second_opinion, or withdrawn, which takes back the one before.
--   ko: accept, reject, second_opinion, 또는 앞선 판정을 취소하는 withdrawn.
-- column reason: Why it was rejected, as a code; null for other verdicts.
--   ko: 거부 사유 코드; 다른 판정에서는 null.
-- column note: The reviewer's words; null where there are none.
--   ko: 검토자의 말; 없으면 null.
-- column seconds: How long the contour was looked at. [s]
--   ko: 윤곽을 살펴본 시간.
-- column snapshot: Number of the snapshot that was reviewed.
--   ko: 검토한 스냅숏의 번호.
-- column is_latest: Whether it is the reviewer's last on this contour; only these count.
--   ko: 이 윤곽에 대한 그 검토자의 마지막 판정인지 여부; 마지막 판정만 유효함.
-- column is_current: Whether the contour is in this snapshot unchanged, or the case still without one; false when it was drawn again or removed.
--   ko: 윤곽이 이 스냅숏에 그대로 있는지, 또는 증례에 여전히 윤곽이 없는지 여부; 다시 그려졌거나 삭제되었으면 false.
-- Read from reviews/NAME.jsonl in the catalog's folder each time the view is queried. A line that is not a verdict, such
-- as the last one of a program that was killed, is not a row.
--   ko: 뷰를 조회할 때마다 카탈로그 폴더의 reviews/NAME.jsonl을 읽는다. 중단된 프로그램이 남긴 마지막 줄처럼 판정이 아닌
--   ko: 줄은 행이 되지 않는다.
WITH lines AS (
    SELECT
        parse_filename(filename, true) AS reviewer,
        CASE WHEN json_valid(line) AND json_type(line) = 'OBJECT' THEN line::JSON END AS verdict_json
    FROM read_csv(
        'reviews/*.jsonl',
        columns = {line: 'VARCHAR'}, header = false, auto_detect = false, filename = true,
        delim = chr(1), quote = '', escape = '', comment = '',
        ignore_errors = true, strict_mode = false, null_padding = true
    )
), verdicts AS (
    SELECT
        reviewer,
        try_cast(verdict_json ->> 'number' AS BIGINT) AS number,
        try_cast(verdict_json ->> 'given_at' AS TIMESTAMP) AS given_at,
        verdict_json ->> 'contour_hash' AS contour_hash,
        verdict_json ->> 'case_id' AS case_id,
        verdict_json ->> 'image_path' AS image_path,
        verdict_json ->> 'verdict' AS verdict,
        verdict_json ->> 'reason' AS reason,
        verdict_json ->> 'note' AS note,
        try_cast(verdict_json ->> 'seconds' AS DOUBLE) AS seconds,
        try_cast(verdict_json ->> 'snapshot' AS INTEGER) AS snapshot
    FROM lines
)
SELECT
    *,
    number = max(number) OVER (PARTITION BY reviewer, contour_hash) AS is_latest,
    contour_hash IN (
        SELECT contour_hash(coalesce(sop_instance_uid, image_path), reader, label, contour_wkb)
        FROM lesions
        WHERE contour_wkb IS NOT NULL AND NOT superseded
        UNION ALL
        SELECT contour_hash FROM undrawn_cases
    ) AS is_current
FROM verdicts
WHERE number IS NOT NULL AND contour_hash IS NOT NULL
  AND verdict IN ('accept', 'reject', 'second_opinion', 'withdrawn')
