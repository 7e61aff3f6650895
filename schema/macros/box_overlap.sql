-- title: Intersection over union of two boxes
--   ko: 두 상자의 IoU (교집합 / 합집합)
-- usage: box_overlap(a, b)
-- gives: area of the intersection / area of the union of the bounding boxes of two rows of lesions, 0 to 1; null where a coordinate is null or both are empty
--   ko: lesions 두 행의 경계 상자의 교집합 넓이 / 합집합 넓이, 0~1; 좌표가 null이거나 둘 다 비어 있으면 null
-- example: SELECT a.case_id, a.view, round(box_overlap(a, b), 3) AS overlap FROM lesions AS a JOIN lesions AS b USING (image_path) WHERE a.lesion_id < b.lesion_id
-- a and b are rows with bbox_x_min_px, bbox_y_min_px, bbox_x_max_px and bbox_y_max_px, of one image.
--   ko: a와 b는 같은 영상의 행으로 bbox_x_min_px, bbox_y_min_px, bbox_x_max_px, bbox_y_max_px를 가진다.
CREATE MACRO box_overlap(a, b) AS
list_transform(
    [greatest(least(a.bbox_x_max_px, b.bbox_x_max_px) - greatest(a.bbox_x_min_px, b.bbox_x_min_px), 0)
     * greatest(least(a.bbox_y_max_px, b.bbox_y_max_px) - greatest(a.bbox_y_min_px, b.bbox_y_min_px), 0)
     + 0 * (a.bbox_x_max_px + a.bbox_x_min_px + a.bbox_y_max_px + a.bbox_y_min_px + b.bbox_x_max_px + b.bbox_x_min_px + b.bbox_y_max_px + b.bbox_y_min_px)],
    lambda shared: shared / nullif(
        (a.bbox_x_max_px - a.bbox_x_min_px) * (a.bbox_y_max_px - a.bbox_y_min_px)
        + (b.bbox_x_max_px - b.bbox_x_min_px) * (b.bbox_y_max_px - b.bbox_y_min_px) - shared, 0))[1];
