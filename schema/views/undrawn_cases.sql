-- title: Cases without a contour
-- grain: One row per case with at least one image and no contour that counts, unless a reader discarded the case
-- key: case_id
-- depends: images, lesions, patients
-- column case_id: The case.
-- column diagnosis: Its group; null where it is not known.
-- column image_path: The first of its images, by path.
-- column contour_hash: The case and its images as a hash, by which a verdict names it; another one when images are added or removed.
-- A contour counts when it is not superseded, duplicate or discarded and has a polygon.
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
