-- title: Clinical size and measured diameter
-- grain: One row per case and side that has the tumour or a contour
-- key: case_id, laterality
-- depends: breasts, lesions, patients
-- column case_id: The case.
-- column laterality: L or R.
-- column diagnosis: The case's group.
-- column t_stage_code: T as AJCC writes it.
-- column histology_group: Histological type.
-- column clinical_size_cm: Size of the malignant tumour in the workbook; null where there is none, or where the tumour is not on this side only. [cm]
-- column clinical_size_mm: The same. [mm]
-- column measured_mm: Longest diameter of the valid contours of this side, over views and readers; null without a contour or a pixel spacing. [mm]
-- column measured_view: The view on which it was measured.
-- column measured_reader: The reader of that contour.
-- column contours: Valid contours of this side: not discarded, superseded, duplicate or labelled benign.
-- column difference_mm: Measured minus clinical. [mm]
-- column ratio: Measured divided by clinical.
-- The two quantities differ and need not agree: the clinical size is that of one tumour, often of its
-- invasive part in the specimen; the contour outlines what is visible in a projection, including
-- calcifications and in situ parts, and its longest diameter is in the plane of that projection. In mm it
-- is as accurate as images.spacing_source: detector_plane is too large by the magnification, some 5 to
-- 10 %. Of several tumours on a side the workbook gives the largest.
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
