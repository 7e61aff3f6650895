-- title: Devices by manufacturer, model and year
--   ko: 제조사, 모델, 연도별 장비
-- grain: One row per vendor, model family and year of the study
--   ko: 제조사, 모델 계열, 검사 연도마다 한 행
-- key: vendor, model_family, year
-- depends: images, patients
-- column vendor: Manufacturer of the device; null where the header does not give it.
--   ko: 장비 제조사; 헤더에 없으면 null.
-- column model_family: Product line; null where the header or the vocabulary does not give it.
--   ko: 장비 모델 계열; 헤더나 어휘집에 없으면 null.
-- column year: Year of the study; null where the header gives no date. [year]
--   ko: 검사 연도; 헤더에 날짜가 없으면 null.
-- column images: Images.
--   ko: 영상 수.
-- column patients: Patients with such an image; a patient imaged on two devices counts for both.
--   ko: 해당 영상이 있는 환자 수; 두 장비로 촬영한 환자는 양쪽에 모두 집계됨.
-- column normal: Patients of the group normal.
--   ko: normal 군 환자 수.
-- column benign: Patients of the group benign.
--   ko: benign 군 환자 수.
-- column malignant: Patients of the group malignant. A model can learn a device that was used for one group only.
--   ko: malignant 군 환자 수. 한 군에만 쓰인 장비가 있으면 모델이 장비를 학습할 수 있음.
-- column models: The models as written, each once, sorted.
--   ko: 모델 원문, 중복 없이 정렬됨.
-- column software_versions: Versions of the software, each once, sorted.
--   ko: 소프트웨어 버전, 중복 없이 정렬됨.
-- column median_kvp_kv: Median tube voltage. [kV]
--   ko: 관전압 중앙값.
-- column median_spacing_mm: Median row spacing of the pixels. [mm]
--   ko: 화소 행 간격의 중앙값.
SELECT
    i.vendor,
    i.model_family,
    year(i.study_date) AS year,
    count(*) AS images,
    count(DISTINCT i.case_id) AS patients,
    count(DISTINCT i.case_id) FILTER (p.diagnosis = 'normal') AS normal,
    count(DISTINCT i.case_id) FILTER (p.diagnosis = 'benign') AS benign,
    count(DISTINCT i.case_id) FILTER (p.diagnosis = 'malignant') AS malignant,
    coalesce(list_sort(list(DISTINCT i.model) FILTER (i.model IS NOT NULL)), []) AS models,
    coalesce(list_sort(list(DISTINCT i.software_version) FILTER (i.software_version IS NOT NULL)), []) AS software_versions,
    median(i.kvp_kv) AS median_kvp_kv,
    median(i.pixel_spacing_row_mm) AS median_spacing_mm
FROM images AS i LEFT JOIN patients AS p USING (case_id)
GROUP BY ALL
