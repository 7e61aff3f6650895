-- title: All that is known of each case, in one row
--   ko: 증례별로 알려진 모든 정보를 한 행에 모은 뷰
-- grain: One row per case
--   ko: 증례당 한 행
-- key: case_id
-- depends: age_band, images, is_invasive, issues, lesions, patients
-- column case_id: The case.
--   ko: 증례 ID.
-- column diagnosis: normal, benign or malignant.
--   ko: normal(정상), benign(양성), malignant(악성) 중 하나.
-- column age_years: Age at examination. [year]
--   ko: 검사 당시 나이.
-- column age_band: Age in bands of ten years, such as 50-59.
--   ko: 10년 단위 연령대 (예: 50-59).
-- column study_date: Date of the first study.
--   ko: 첫 검사일.
-- column study_year: Its year. [year]
--   ko: 그 연도.
-- column vendor: Manufacturer of the device.
--   ko: 장비 제조사.
-- column model_family: Product line.
--   ko: 장비 모델 계열.
-- column birads_left_code: BI-RADS of the left breast.
--   ko: 왼쪽 유방의 BI-RADS.
-- column birads_right_code: BI-RADS of the right breast.
--   ko: 오른쪽 유방의 BI-RADS.
-- column birads_max: The worst category recorded, 0 to 6.
--   ko: 기록된 가장 나쁜 범주, 0~6.
-- column birads_max_code: The same with its subdivision.
--   ko: 세부 범주를 포함한 같은 값.
-- column t_stage: T as a number, 0 for T0 and Tis.
--   ko: T 병기를 숫자로 표시한 값; T0와 Tis는 0.
-- column t_stage_code: T as AJCC writes it.
--   ko: AJCC 표기의 T 병기.
-- column n_stage: N as a number.
--   ko: N 병기를 숫자로 표시한 값.
-- column n_stage_code: N as AJCC writes it.
--   ko: AJCC 표기의 N 병기.
-- column tumor_size_cm: Size of the malignant tumour. [cm]
--   ko: 악성 종양의 크기.
-- column tumor_side: Side of the malignant tumour: L, R or B.
--   ko: 악성 종양의 좌우: L, R, B(양쪽).
-- column tumor_quadrant: Quadrant of the malignant tumour.
--   ko: 악성 종양이 위치한 사분면.
-- column histology_group: Histological type.
--   ko: 조직형.
-- column icdo3: ICD-O-3 morphology with behaviour.
--   ko: 행동 코드를 포함한 ICD-O-3 형태 코드.
-- column is_invasive: Whether the tumour is invasive, by its ICD-O-3 behaviour; null where the type is not known.
--   ko: ICD-O-3 행동 코드로 본 침윤성 여부; 조직형을 알 수 없으면 null.
-- column image_count: Images of the case.
--   ko: 증례의 영상 수.
-- column has_four_views: Whether LCC, LMLO, RCC and RMLO are all present.
--   ko: LCC, LMLO, RCC, RMLO가 모두 있는지 여부.
-- column missing_views: Those of the four that are missing, sorted.
--   ko: 네 가지 표준 촬영 방향 중 없는 것, 정렬됨.
-- column standard_images: Images that are standard views: CC or MLO, not spot, magnified or of a specimen.
--   ko: 표준 촬영 영상 수: CC 또는 MLO이며 국소 압박, 확대, 검체 영상이 아닌 것.
-- column device_count: Number of manufacturer and model combinations among the images; more than 1 deserves a check.
--   ko: 영상들의 제조사·모델 조합 수; 2 이상이면 확인이 필요함.
-- column is_annotated: Whether a valid annotation file exists; false means not annotated, not free of cancer.
--   ko: 유효한 주석 파일이 있는지 여부; false는 주석이 없다는 뜻이며 암이 없다는 뜻이 아님.
-- column reader_count: Number of readers who annotated the case.
--   ko: 증례에 주석을 단 판독자 수.
-- column readers: The readers, sorted.
--   ko: 판독자 목록, 정렬됨.
-- column lesion_count: Contours of all readers and views that no newer delivery supersedes.
--   ko: 더 새로운 납품으로 대체되지 않은, 모든 판독자와 촬영 방향의 윤곽 수.
-- column drawn_views: Views with a valid contour (not discarded or superseded), sorted.
--   ko: 유효한(판독 불가 또는 대체됨이 아닌) 윤곽이 있는 촬영 방향, 정렬됨.
-- column largest_mm: Longest diameter of those contours; null without one or without a pixel spacing. [mm]
--   ko: 그 윤곽들의 최대 지름; 윤곽이나 화소 간격이 없으면 null.
-- column discarded: Whether a reader marked the case as unreadable; null where no annotation says.
--   ko: 판독자가 증례를 판독 불가로 표시했는지 여부; 주석에 기록이 없으면 null.
-- column error_count: Findings of severity error that name the case.
--   ko: 이 증례에 대한 심각도 error의 문제 수.
-- column warning_count: Findings of severity warning that name the case.
--   ko: 이 증례에 대한 심각도 warning의 문제 수.
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
