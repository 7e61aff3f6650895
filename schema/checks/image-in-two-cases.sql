-- severity: error
-- title: One image in two cases
-- means: Images of two cases have the same SOP Instance UID, header or pixel hash: one patient under two numbers, or a file in the wrong folder.
-- advice: Find out whose image it is; in two parts of a split it would be a leak.
-- population: images WHERE case_id IS NOT NULL
-- key: path
-- finding: pixels-shared
WITH marked AS (
    SELECT case_id, path, sop_instance_uid, unnest([sop_instance_uid, header_fingerprint, pixel_hash]) AS mark
    FROM images
    WHERE case_id IS NOT NULL
), shared AS (
    SELECT mark, list_sort(list(DISTINCT case_id)) AS cases
    FROM marked WHERE mark <> '' GROUP BY mark HAVING count(DISTINCT case_id) > 1
)
SELECT DISTINCT m.case_id, m.path, s.cases, m.sop_instance_uid
FROM marked AS m JOIN shared AS s USING (mark)
ORDER BY m.path
