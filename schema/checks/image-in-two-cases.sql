-- severity: error
-- title: One image in two cases
--   ko: 두 증례에 있는 같은 영상
-- means: Images of two cases have the same SOP Instance UID, header or pixel hash: one patient under two numbers, or a file in the wrong folder.
--   ko: 두 증례의 영상이 같은 SOP Instance UID, 헤더 또는 화소 해시를 가집니다. 한 환자가 두 번호를 가졌거나 파일이 잘못된 폴더에 있습니다.
-- advice: Find out whose image it is; in two parts of a split it would be a leak.
--   ko: 누구의 영상인지 확인하십시오. 분할의 두 부분에 나뉘면 데이터 누출이 됩니다.
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
