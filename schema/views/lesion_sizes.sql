-- title: Clinical size and measured diameter
--   ko: 임상 크기와 측정한 지름
-- grain: One row per case and side that has the tumour or a contour
--   ko: 종양 또는 윤곽이 있는 증례와 측마다 한 행
-- key: case_id, laterality
-- depends: breasts, lesions, patients
-- column case_id: The case.
--   ko: 증례 ID.
-- column laterality: L or R.
--   ko: L 또는 R.
-- column diagnosis: The case's group.
--   ko: 증례의 군.
-- column t_stage_code: T as AJCC writes it.
--   ko: AJCC 표기의 T 병기.
-- column histology_group: Histological type.
--   ko: 조직형.
-- column clinical_size_cm: Size of the malignant tumour in the workbook; null where there is none, or where the tumour is not on this side only. [cm]
--   ko: 워크북에 적힌 악성 종양의 크기; 없거나 종양이 이 측에만 있는 것이 아니면 null.
-- column clinical_size_mm: The same. [mm]
--   ko: 같은 값.
-- column measured_mm: Longest diameter of the valid contours of this side, over views and readers; null without a contour or a pixel spacing. [mm]
--   ko: 이 측의 유효한 윤곽 중 최대 지름 (모든 촬영 방향과 판독자); 윤곽이나 화소 간격이 없으면 null.
-- column measured_view: The view on which it was measured.
--   ko: 측정한 촬영 방향.
-- column measured_reader: The reader of that contour.
--   ko: 그 윤곽의 판독자.
-- column contours: Valid contours of this side: not discarded, superseded, duplicate or labelled benign.
--   ko: 이 측의 유효한 윤곽 수: 판독 불가, 대체, 중복이 아니고 양성 라벨이 아닌 것.
-- column difference_mm: Measured minus clinical. [mm]
--   ko: 측정값에서 임상값을 뺀 값.
-- column ratio: Measured divided by clinical.
--   ko: 측정값을 임상값으로 나눈 값.
-- The two quantities differ and need not agree: the clinical size is that of one tumour, often of its
-- invasive part in the specimen; the contour outlines what is visible in a projection, including
-- calcifications and in situ parts, and its longest diameter is in the plane of that projection. In mm it
-- is as accurate as images.spacing_source: detector_plane is too large by the magnification, some 5 to
-- 10 %. Of several tumours on a side the workbook gives the largest.
--   ko: 두 값은 서로 다른 양이므로 일치하지 않을 수 있다: 임상 크기는 종양 하나의 크기이며 흔히 검체에서 잰 침윤 부분의
--   ko: 크기이고, 윤곽은 석회화와 상피내 병변을 포함해 투영 영상에서 보이는 부분을 그린 것으로 그 최대 지름은
--   ko: 투영면에서의 값이다. mm 값의 정확도는 images.spacing_source에 달려 있다: detector_plane은 확대율만큼, 약 5~10 %
--   ko: 크다. 한 측에 종양이 여럿이면 워크북은 가장 큰 것을 적는다.
SELECT
    b.case_id,
    b.laterality,
    p.diagnosis,
    p.t_stage_code,
    p.histology_group,
    b.clinical_size_cm,
    b.clinical_size_cm * 10 AS clinical_size_mm,
    l.longest.max_diameter_mm AS measured_mm,
    l.longest.view AS measured_view,
    l.longest.reader AS measured_reader,
    coalesce(l.contours, 0) AS contours,
    measured_mm - clinical_size_mm AS difference_mm,
    measured_mm / nullif(clinical_size_mm, 0) AS ratio
FROM (
    SELECT b.case_id, b.laterality, b.has_tumor,
           CASE WHEN b.has_tumor AND count(*) FILTER (b.has_tumor) OVER (PARTITION BY b.case_id) = 1
                THEN p.tumor_size_cm END AS clinical_size_cm
    FROM breasts AS b JOIN patients AS p USING (case_id)
) AS b
JOIN patients AS p USING (case_id)
LEFT JOIN (
    SELECT case_id, laterality, count(*) AS contours,
           arg_max({'max_diameter_mm': max_diameter_mm, 'view': view, 'reader': reader},
                   (max_diameter_mm, annotation_path, lesion_id)) FILTER (max_diameter_mm IS NOT NULL) AS longest
    FROM lesions
    WHERE NOT superseded AND NOT is_duplicate AND discarded IS NOT true AND label IS DISTINCT FROM 'benign'
    GROUP BY case_id, laterality
) AS l USING (case_id, laterality)
WHERE b.has_tumor OR l.contours > 0
