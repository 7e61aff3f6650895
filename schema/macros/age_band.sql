-- title: Age in bands of a given width
--   ko: 지정한 폭의 연령대
-- usage: age_band(age_years, 5)
-- gives: such as 50-54 for 52 and 5; null where the age is not known
--   ko: 52와 5에 대해 50-54와 같은 값; 나이를 알 수 없으면 null
-- example: SELECT age_band(age_years, 10) AS age, count(*) AS patients FROM patients GROUP BY 1 ORDER BY 1
-- The result is text: bands from 100 years on sort first; ORDER BY min(age_years) sorts correctly.
--   ko: 결과는 문자열이므로 100세 이상의 구간이 먼저 정렬된다; ORDER BY min(age_years)로 올바르게 정렬한다.
CREATE MACRO age_band(age_years, width) AS
CASE WHEN width < 1 OR width <> floor(width) THEN error('age_band: a band is one or more whole years wide, not ' || width)
     ELSE CAST(CAST(floor(age_years / width) * width AS INTEGER) AS VARCHAR) || '-' ||
          CAST(CAST(floor(age_years / width) * width + width - 1 AS INTEGER) AS VARCHAR) END;
