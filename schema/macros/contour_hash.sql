-- title: Content of a contour as a hash
--   ko: 윤곽 내용의 해시
-- usage: contour_hash(image, reader, label, contour_wkb)
-- gives: SHA-256 in 64 hexadecimal digits, equal where image, reader, label and polygon are equal; null where there is no polygon
--   ko: SHA-256 16진수 64자리, 영상·판독자·라벨·다각형이 같으면 같음; 다각형이 없으면 null
-- example: SELECT case_id, view, contour_hash(sop_instance_uid, reader, label, contour_wkb) AS contour_hash FROM lesions
-- A verdict names the contour that it is about by this hash, so that a contour that is drawn again is unreviewed again.
-- As image the reviews take the SOP Instance UID, or the path of a file without one.
--   ko: 판정은 이 해시로 대상 윤곽을 가리키므로, 다시 그린 윤곽은 다시 검토 전 상태가 된다. 영상으로는 SOP Instance
--   ko: UID를, 없으면 파일 경로를 쓴다.
CREATE MACRO contour_hash(image, reader, label, contour_wkb) AS
CASE WHEN contour_wkb IS NOT NULL
     THEN sha256(concat_ws(chr(10), coalesce(image, ''), coalesce(reader, ''), coalesce(label, ''), hex(contour_wkb))) END;
