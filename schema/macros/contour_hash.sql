-- title: Content of a contour as a hash
-- usage: contour_hash(image, reader, label, contour_wkb)
-- gives: SHA-256 in 64 hexadecimal digits, equal where image, reader, label and polygon are equal; null where there is no polygon
-- example: SELECT case_id, view, contour_hash(sop_instance_uid, reader, label, contour_wkb) AS contour_hash FROM lesions
-- A verdict names the contour that it is about by this hash, so that a contour that is drawn again is unreviewed again.
-- As image the reviews take the SOP Instance UID, or the path of a file without one.
CREATE MACRO contour_hash(image, reader, label, contour_wkb) AS
CASE WHEN contour_wkb IS NOT NULL
     THEN sha256(concat_ws(chr(10), coalesce(image, ''), coalesce(reader, ''), coalesce(label, ''), hex(contour_wkb))) END;
