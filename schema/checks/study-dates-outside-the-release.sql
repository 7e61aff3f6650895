-- severity: info
-- title: Studies outside 2012 to 2018
-- means: The release of the National Cancer Center contains mammograms from 2012-01-01 to 2018-12-31; dates shifted by de-identification are outside as well.
-- advice: Nothing for another data set; in the release, check the header.
SELECT case_id, study_date, count(*) AS images, min(path) AS path
FROM images
WHERE study_date < DATE '2012-01-01' OR study_date > DATE '2018-12-31'
GROUP BY ALL
ORDER BY ALL
