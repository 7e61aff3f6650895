-- title: Errors that exclude an image from manifests
-- grain: One row per image and error-level finding that concerns it
-- key: path, code, file, message
-- depends: images, issues
-- column path: The image.
-- column case_id: Its case.
-- column code: The kind of finding.
-- column file: The file in which it was found.
-- column message: What was found.
-- A finding of the scan concerns the image in whose file it was found, as does a SOP Instance UID shared
-- by two images. Every other finding concerns the case and therefore all its images: a diagnosis that
-- contradicts the group, a contour on the wrong side. A missing view is not an error of the images that
-- exist.
SELECT i.path, i.case_id, e.code, e.file, e.message
FROM issues AS e JOIN images AS i ON i.path = e.file
WHERE e.severity = 'error' AND (e.stage = 'scan' OR e.code = 'sop-duplicate')
UNION
SELECT i.path, i.case_id, e.code, e.file, e.message
FROM issues AS e JOIN images AS i ON i.case_id = e.case_id
WHERE e.severity = 'error' AND e.code NOT IN ('sop-duplicate', 'views-missing')
  AND (e.stage <> 'scan' OR e.file NOT IN (SELECT path FROM images))
