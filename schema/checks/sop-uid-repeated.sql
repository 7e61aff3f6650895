-- severity: error
-- title: Images that share a SOP Instance UID
--   ko: SOP Instance UID를 공유하는 영상
-- means: The UID identifies one image worldwide (PS3.5 9): these files are copies, or a device repeated it.
--   ko: UID는 전 세계에서 영상 하나를 식별합니다 (PS3.5 9). 이 파일들은 사본이거나 장비가 UID를 반복했습니다.
-- advice: Keep one of the files; two encodings of one image in two folders count twice in every statistic.
--   ko: 파일 하나만 남기십시오. 한 영상의 두 인코딩이 두 폴더에 있으면 모든 통계에서 두 번 세어집니다.
-- population: images WHERE sop_instance_uid IS NOT NULL
-- key: path
-- finding: sop-duplicate
SELECT case_id, path, sop_instance_uid, size_bytes, count(*) OVER (PARTITION BY sop_instance_uid) AS copies
FROM images
WHERE sop_instance_uid IS NOT NULL
QUALIFY copies > 1
ORDER BY sop_instance_uid, path
