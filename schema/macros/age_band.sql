-- title: Age in bands of that many years
-- usage: age_band(age_years, 5)
-- gives: such as 50-54 for 52 and 5; null where the age is not known
-- example: SELECT age_band(age_years, 10) AS age, count(*) AS patients FROM patients GROUP BY 1 ORDER BY 1
-- It is a text: bands of 100 years and more sort first; ORDER BY min(age_years) sorts them right.
CREATE MACRO age_band(age_years, width) AS
CASE WHEN width < 1 OR width <> floor(width) THEN error('age_band: a band is one or more whole years wide, not ' || width)
     ELSE CAST(CAST(floor(age_years / width) * width AS INTEGER) AS VARCHAR) || '-' ||
          CAST(CAST(floor(age_years / width) * width + width - 1 AS INTEGER) AS VARCHAR) END;
