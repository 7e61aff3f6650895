-- severity: error
-- title: Images that share a SOP Instance UID
-- means: The UID identifies one image worldwide (PS3.5 9): these files are copies, or a device repeated it.
-- advice: Keep one of the files; two encodings of one image in two folders count twice in every statistic.
-- population: images WHERE sop_instance_uid IS NOT NULL
-- key: path
-- finding: sop-duplicate
SELECT case_id, path, sop_instance_uid, size_bytes, count(*) OVER (PARTITION BY sop_instance_uid) AS copies
FROM images
WHERE sop_instance_uid IS NOT NULL
QUALIFY copies > 1
ORDER BY sop_instance_uid, path
