-- title: Devices by manufacturer, model and year
-- grain: One row per vendor, model family and year of the study
-- key: vendor, model_family, year
-- depends: images, patients
-- column vendor: Manufacturer of the device; null where the header does not give it.
-- column model_family: Product line; null where the header or the vocabulary does not give it.
-- column year: Year of the study; null where the header gives no date. [year]
-- column images: Images.
-- column patients: Patients with such an image; a patient imaged on two devices counts for both.
-- column normal: Patients of the group normal.
-- column benign: Patients of the group benign.
-- column malignant: Patients of the group malignant. A model can learn a device that was used for one group only.
-- column models: The models as written, each once, sorted.
-- column software_versions: Versions of the software, each once, sorted.
-- column median_kvp_kv: Median tube voltage. [kV]
-- column median_spacing_mm: Median row spacing of the pixels. [mm]
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
