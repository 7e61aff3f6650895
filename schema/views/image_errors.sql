-- title: Errors that exclude an image from manifests
--   ko: 영상을 매니페스트에서 제외하는 오류
-- grain: One row per image and error-level finding that concerns it
--   ko: 영상과 그에 관한 error 수준 문제마다 한 행
-- key: path, code, file, message
-- depends: images, issues
-- column path: The image.
--   ko: 영상.
-- column case_id: Its case.
--   ko: 그 영상의 증례.
-- column code: The kind of finding.
--   ko: 문제의 종류.
-- column file: The file in which it was found.
--   ko: 문제가 발견된 파일.
-- column message: What was found.
--   ko: 발견된 내용.
-- A finding of the scan concerns the image in whose file it was found, as does a SOP Instance UID shared
-- by two images. Every other finding concerns the case and therefore all its images: a diagnosis that
-- contradicts the group, a contour on the wrong side. A missing view is not an error of the images that
-- exist.
--   ko: 스캔 단계의 문제는 그 파일의 영상에 관한 것이며, 두 영상이 공유하는 SOP Instance UID도 마찬가지다. 그 밖의
--   ko: 문제는 증례에 관한 것이므로 증례의 모든 영상에 적용된다: 군과 모순되는 진단, 반대쪽에 그려진 윤곽 등. 촬영
--   ko: 방향이 빠진 것은 남아 있는 영상의 오류가 아니다.
SELECT i.path, i.case_id, e.code, e.file, e.message
FROM issues AS e JOIN images AS i ON i.path = e.file
WHERE e.severity = 'error' AND (e.stage = 'scan' OR e.code = 'sop-duplicate')
UNION
SELECT i.path, i.case_id, e.code, e.file, e.message
FROM issues AS e JOIN images AS i ON i.case_id = e.case_id
WHERE e.severity = 'error' AND e.code NOT IN ('sop-duplicate', 'views-missing')
  AND (e.stage <> 'scan' OR e.file NOT IN (SELECT path FROM images))
