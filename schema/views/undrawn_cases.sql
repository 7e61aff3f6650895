-- title: Cases without a contour
--   ko: 윤곽 없는 증례
-- grain: One row per case with at least one image and no contour that counts, unless a reader discarded the case
--   ko: 영상이 하나 이상 있고 유효한 윤곽이 없는 증례마다 한 행 (판독자가 판독 불가로 표시한 증례는 제외)
-- key: case_id
-- depends: images, lesions, patients
-- column case_id: The case.
--   ko: 증례 ID.
-- column diagnosis: Its group; null where it is not known.
--   ko: 증례의 군; 알 수 없으면 null.
-- column image_path: The first of its images, by path.
--   ko: 경로순으로 첫째 영상.
-- column contour_hash: The case and its images as a hash, by which a verdict names it; another one when images are added or removed.
--   ko: 판정이 가리키는, 증례와 그 영상들의 해시; 영상이 추가되거나 삭제되면 달라짐.
-- A contour counts when it is not superseded, duplicate or discarded and has a polygon.
--   ko: 대체, 중복, 판독 불가가 아니고 다각형이 있는 윤곽이 유효한 윤곽이다.
SELECT
    i.case_id,
    any_value(p.diagnosis) AS diagnosis,
    min(i.path) AS image_path,
    sha256(concat_ws(
        chr(10), 'no contour', i.case_id,
        string_agg(coalesce(i.sop_instance_uid, i.path), chr(10) ORDER BY coalesce(i.sop_instance_uid, i.path))
    )) AS contour_hash
FROM images AS i
LEFT JOIN patients AS p ON p.case_id = i.case_id
WHERE i.case_id IS NOT NULL AND p.discarded IS NOT true
  AND i.case_id NOT IN (
      SELECT case_id
      FROM lesions
      WHERE case_id IS NOT NULL AND NOT superseded AND NOT is_duplicate AND discarded IS NOT true
        AND contour_wkb IS NOT NULL
  )
GROUP BY i.case_id
