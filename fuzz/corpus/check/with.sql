-- severity: error
-- title: t
-- means: m
-- advice: a
WITH x AS (SELECT case_id FROM images) FROM x ANTI JOIN patients USING (case_id)
