-- title: Agreement of readings, case by case
-- grain: One row per case and pair of readings
-- key: case_id, comparison, annotation_path_a, annotation_pointer_a, annotation_path_b, annotation_pointer_b
-- depends: agreement
-- column case_id: The case.
-- column comparison: between_readers or within_reader.
-- column reader_a: The first reader.
-- column reader_b: The second reader.
-- column views: Views compared.
-- column matched: Contours of both readings that overlap, counted once.
-- column only_a: Contours of the first reading alone.
-- column only_b: Contours of the second reading alone.
-- column not_compared: Views with too many contours to compare.
-- column dice_min: Least Dice coefficient of a match; 0 where a contour has no partner, 1 where neither reading has a contour.
-- column dice_mean: Mean Dice coefficient of the matches; null without one.
-- column hausdorff_max_mm: Greatest Hausdorff distance of a match; null without one or without a pixel spacing. [mm]
-- column same_label: Whether all matches have the same label; null without a match that has labels.
-- column same_discard: Whether both readings mark the case as unreadable, or neither does; null where one does not record it.
-- column annotation_path_a: The annotation file of the first reading.
-- column annotation_pointer_a: Place of the first reading in its file.
-- column annotation_path_b: The annotation file of the second reading.
-- column annotation_pointer_b: Place of the second reading in its file.
-- Full agreement at a threshold is `dice_min >= threshold AND same_discard IS NOT false`.
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
