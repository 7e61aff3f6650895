-- title: Verdicts of reviewers on contours
-- grain: One row per verdict, replaced and withdrawn ones included
-- key: reviewer, number
-- depends: contour_hash, lesions, undrawn_cases
-- column reviewer: The reviewer, by the name of the file in the catalog's folder reviews.
-- column number: Number of the verdict in that file, from 1.
-- column given_at: When it was given, in UTC.
-- column contour_hash: The contour, by its content; see the macro contour_hash. Of a case without a contour the hash in undrawn_cases.
-- column case_id: The case at that time.
-- column image_path: The image at that time.
-- column verdict: accept, reject, second_opinion, or withdrawn, which takes back the one before.
-- column reason: Why it was rejected, as a code; null for other verdicts.
-- column note: The reviewer's words; null where there are none.
-- column seconds: How long the contour was looked at. [s]
-- column snapshot: Number of the snapshot that was reviewed.
-- column is_latest: Whether it is the reviewer's last on this contour; only these count.
-- column is_current: Whether the contour is in this snapshot unchanged, or the case still without one; false when it was drawn again or removed.
-- Read from reviews/NAME.jsonl in the catalog's folder each time the view is queried. A line that is not a verdict, such
-- as the last one of a program that was killed, is not a row.
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
