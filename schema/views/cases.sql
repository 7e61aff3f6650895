-- title: All that is known of each case, in one row
-- grain: One row per case
-- key: case_id
-- depends: age_band, images, is_invasive, issues, lesions, patients
-- column case_id: The case.
-- column diagnosis: normal, benign or malignant.
-- column age_years: Age at examination. [year]
-- column age_band: Age in bands of ten years, such as 50-59.
-- column study_date: Date of the first study.
-- column study_year: Its year. [year]
-- column vendor: Manufacturer of the device.
-- column model_family: Product line.
-- column birads_left_code: BI-RADS of the left breast.
-- column birads_right_code: BI-RADS of the right breast.
-- column birads_max: The worst category recorded, 0 to 6.
-- column birads_max_code: The same with its subdivision.
-- column t_stage: T as a number, 0 for T0 and Tis.
-- column t_stage_code: T as AJCC writes it.
-- column n_stage: N as a number.
-- column n_stage_code: N as AJCC writes it.
-- column tumor_size_cm: Size of the malignant tumour. [cm]
-- column tumor_side: Side of the malignant tumour: L, R or B.
-- column tumor_quadrant: Quadrant of the malignant tumour.
-- column histology_group: Histological type.
-- column icdo3: ICD-O-3 morphology with behaviour.
-- column is_invasive: Whether the tumour is invasive, by its ICD-O-3 behaviour; null where the type is not known.
-- column image_count: Images of the case.
-- column has_four_views: Whether LCC, LMLO, RCC and RMLO are all present.
-- column missing_views: Those of the four that are missing, sorted.
-- column standard_images: Images that are standard views: CC or MLO, not spot, magnified or of a specimen.
-- column device_count: Number of manufacturer and model combinations among the images; more than 1 deserves a check.
-- column is_annotated: Whether a valid annotation file exists; false means not annotated, not free of cancer.
-- column reader_count: Number of readers who annotated the case.
-- column readers: The readers, sorted.
-- column lesion_count: Contours of all readers and views that no newer delivery supersedes.
-- column drawn_views: Views with a valid contour (not discarded or superseded), sorted.
-- column largest_mm: Longest diameter of those contours; null without one or without a pixel spacing. [mm]
-- column discarded: Whether a reader marked the case as unreadable; null where no annotation says.
-- column error_count: Findings of severity error that name the case.
-- column warning_count: Findings of severity warning that name the case.
SELECT
    p.case_id, p.diagnosis, p.age_years, age_band(p.age_years, 10) AS age_band,
    i.study_date, year(i.study_date) AS study_year, p.vendor, p.model_family,
    p.birads_left_code, p.birads_right_code, p.birads_max, p.birads_max_code,
    p.t_stage, p.t_stage_code, p.n_stage, p.n_stage_code,
    p.tumor_size_cm, p.tumor_side, p.tumor_quadrant,
    p.histology_group, p.icdo3, is_invasive(p.icdo3) AS is_invasive,
    p.image_count, p.has_four_views,
    list_filter(['LCC', 'LMLO', 'RCC', 'RMLO'], lambda v: NOT list_contains(p.views, v)) AS missing_views,
    coalesce(i.standard_images, 0) AS standard_images,
    coalesce(i.device_count, 0) AS device_count,
    p.annotation_count > 0 AS is_annotated, len(p.readers) AS reader_count, p.readers, p.lesion_count,
    coalesce(l.drawn_views, []) AS drawn_views, l.largest_mm,
    p.discarded,
    coalesce(f.error_count, 0) AS error_count, coalesce(f.warning_count, 0) AS warning_count
FROM patients AS p
LEFT JOIN (
    SELECT case_id, min(study_date) AS study_date, count(*) FILTER (is_standard_view) AS standard_images,
           count(DISTINCT (vendor, model_family)) FILTER (vendor IS NOT NULL) AS device_count
    FROM images GROUP BY case_id
) AS i USING (case_id)
LEFT JOIN (
    SELECT case_id, list_sort(list(DISTINCT view) FILTER (view IS NOT NULL)) AS drawn_views,
           max(max_diameter_mm) AS largest_mm
    FROM lesions WHERE NOT superseded AND discarded IS NOT true GROUP BY case_id
) AS l USING (case_id)
LEFT JOIN (
    SELECT case_id, count(*) FILTER (severity = 'error') AS error_count,
           count(*) FILTER (severity = 'warning') AS warning_count
    FROM issues GROUP BY case_id
) AS f USING (case_id)
