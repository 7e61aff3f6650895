-- title: Agreement of readings, case by case
--   ko: 증례별 판독 일치도
-- grain: One row per case and pair of readings
--   ko: 증례와 판독 쌍마다 한 행
-- key: case_id, comparison, annotation_path_a, annotation_pointer_a, annotation_path_b, annotation_pointer_b
-- depends: agreement
-- column case_id: The case.
--   ko: 증례 ID.
-- column comparison: between_readers or within_reader.
--   ko: between_readers(판독자 간) 또는 within_reader(판독자 내).
-- column reader_a: The first reader.
--   ko: 첫째 판독자.
-- column reader_b: The second reader.
--   ko: 둘째 판독자.
-- column views: Views compared.
--   ko: 비교한 촬영 방향 수.
-- column matched: Contours of both readings that overlap, counted once.
--   ko: 두 판독에서 서로 겹치는 윤곽 수, 한 번씩 집계.
-- column only_a: Contours of the first reading alone.
--   ko: 첫째 판독에만 있는 윤곽 수.
-- column only_b: Contours of the second reading alone.
--   ko: 둘째 판독에만 있는 윤곽 수.
-- column not_compared: Views with too many contours to compare.
--   ko: 윤곽이 너무 많아 비교하지 않은 촬영 방향 수.
-- column dice_min: Least Dice coefficient of a match; 0 where a contour has no partner, 1 where neither reading has a contour.
--   ko: 대응된 윤곽의 최소 다이스 계수; 짝이 없는 윤곽이 있으면 0, 두 판독 모두 윤곽이 없으면 1.
-- column dice_mean: Mean Dice coefficient of the matches; null without one.
--   ko: 대응된 윤곽의 평균 다이스 계수; 없으면 null.
-- column hausdorff_max_mm: Greatest Hausdorff distance of a match; null without one or without a pixel spacing. [mm]
--   ko: 대응된 윤곽의 최대 하우스도르프 거리; 없거나 화소 간격이 없으면 null.
-- column same_label: Whether all matches have the same label; null without a match that has labels.
--   ko: 대응된 모든 윤곽의 라벨이 같은지 여부; 라벨이 있는 대응이 없으면 null.
-- column same_discard: Whether both readings mark the case as unreadable, or neither does; null where one does not record it.
--   ko: 두 판독 모두 증례를 판독 불가로 표시했거나 둘 다 하지 않았는지 여부; 한쪽에 기록이 없으면 null.
-- column annotation_path_a: The annotation file of the first reading.
--   ko: 첫째 판독의 주석 파일.
-- column annotation_pointer_a: Place of the first reading in its file.
--   ko: 첫째 판독의 파일 안 위치.
-- column annotation_path_b: The annotation file of the second reading.
--   ko: 둘째 판독의 주석 파일.
-- column annotation_pointer_b: Place of the second reading in its file.
--   ko: 둘째 판독의 파일 안 위치.
-- Full agreement at a threshold is `dice_min >= threshold AND same_discard IS NOT false`.
--   ko: 어떤 임계값에서의 완전 일치는 `dice_min >= threshold AND same_discard IS NOT false` 이다.
SELECT
    case_id,
    comparison,
    reader_a,
    reader_b,
    count(DISTINCT view) AS views,
    count(*) FILTER (outcome = 'matched') AS matched,
    count(*) FILTER (outcome = 'only_a') AS only_a,
    count(*) FILTER (outcome = 'only_b') AS only_b,
    count(*) FILTER (outcome = 'not_compared') AS not_compared,
    CASE WHEN only_a + only_b + not_compared > 0 THEN 0
         ELSE coalesce(min(coalesce(dice, 0)) FILTER (outcome = 'matched'), 1) END AS dice_min,
    avg(dice) AS dice_mean,
    max(hausdorff_mm) AS hausdorff_max_mm,
    bool_and(label_a = label_b) AS same_label,
    any_value(discarded_a) = any_value(discarded_b) AS same_discard,
    annotation_path_a,
    annotation_pointer_a,
    annotation_path_b,
    annotation_pointer_b
FROM agreement
GROUP BY ALL
