WITH cases AS (SELECT * FROM patients WHERE case_id IN ({cases})), gaps AS (
    UNPIVOT (
        SELECT
            diagnosis IS NULL AS diagnosis,
            age_years IS NULL AS age_years,
            vendor IS NULL AS vendor,
            model_family IS NULL AS model_family,
            birads_max IS NULL AS birads_max,
            image_count = 0 AS images,
            CASE WHEN diagnosis = 'malignant' THEN annotation_count = 0 END AS annotations,
            CASE WHEN diagnosis = 'malignant' THEN t_stage IS NULL END AS t_stage,
            CASE WHEN diagnosis = 'malignant' THEN n_stage IS NULL END AS n_stage,
            CASE WHEN diagnosis = 'malignant' THEN tumor_size_cm IS NULL END AS tumor_size_cm,
            CASE WHEN diagnosis = 'malignant' THEN tumor_side IS NULL END AS tumor_side,
            CASE WHEN diagnosis = 'malignant' THEN histology_group IS NULL END AS histology_group
        FROM cases
    ) ON COLUMNS(*) INTO NAME attribute VALUE is_missing
)
SELECT attribute,
       count(*) FILTER (NOT is_missing) AS present,
       count(*) FILTER (is_missing) AS missing,
       100.0 * count(*) FILTER (is_missing) / count(*) AS missing_percent
FROM gaps
GROUP BY attribute
ORDER BY list_position(['diagnosis', 'age_years', 'vendor', 'model_family', 'birads_max', 'images', 'annotations',
                        't_stage', 'n_stage', 'tumor_size_cm', 'tumor_side', 'histology_group'], attribute)
