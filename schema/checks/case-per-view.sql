-- severity: warning
-- title: One case ID per view or side
--   ko: 촬영 방향 또는 측마다 따로 있는 증례 ID
-- means: Case IDs differ only in a view or side at their end, such as P_01_LEFT_CC and P_01_LEFT_MLO: the data set has several Patient IDs per patient, and each became a case.
--   ko: 증례 ID가 끝의 촬영 방향이나 좌우만 다릅니다 (예: P_01_LEFT_CC와 P_01_LEFT_MLO). 데이터셋에 환자마다 여러 Patient ID가 있어 각각 증례가 되었습니다.
-- advice: Use a profile whose rule for the case ID omits the view; until then a split assigns the views of one patient to different parts.
--   ko: 증례 ID 규칙에서 촬영 방향을 뺀 프로필을 사용하십시오. 그전까지는 분할이 한 환자의 촬영 방향들을 서로 다른 부분에 배정합니다.
-- population: patients
-- key: case_id
WITH stems AS (
    SELECT case_stem(case_id) AS stem, list_sort(list(case_id)) AS cases
    FROM patients
    GROUP BY 1 HAVING count(DISTINCT case_key(case_id)) > 1
)
SELECT p.case_id, s.cases
FROM patients AS p JOIN stems AS s ON s.stem = case_stem(p.case_id)
ORDER BY p.case_id
