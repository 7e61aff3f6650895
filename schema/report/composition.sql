WITH design(diagnosis, place, design_patients, design_images) AS (
    VALUES ('normal', 1, 4500, 18000), ('benign', 2, 1500, 6000), ('malignant', 3, 1500, 6000)
)
SELECT coalesce(p.diagnosis, d.diagnosis) AS diagnosis,
       count(p.case_id) AS patients,
       coalesce(sum(p.image_count), 0)::BIGINT AS images,
       any_value(d.design_patients) AS design_patients,
       any_value(d.design_images) AS design_images
FROM (SELECT * FROM patients WHERE case_id IN ({cases})) AS p
FULL JOIN design AS d ON d.diagnosis = p.diagnosis
GROUP BY 1
ORDER BY any_value(d.place) NULLS LAST
