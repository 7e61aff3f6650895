-- severity: warning
-- title: One case ID in several spellings
--   ko: 표기가 여러 가지인 하나의 증례 ID
-- means: Case IDs differ only in upper and lower case, separators or leading zeros, such as P001, p001 and P-001: most likely one patient with several IDs.
--   ko: 증례 ID가 대소문자, 구분자, 앞자리 0만 다릅니다 (예: P001, p001, P-001). 한 환자에 ID가 여럿일 가능성이 매우 높습니다.
-- advice: Find out whether they are one patient, and correct the IDs or the rule of the profile; in two parts of a split it would be a leak.
--   ko: 같은 환자인지 확인하고 ID나 프로필의 규칙을 고치십시오. 분할의 두 부분에 나뉘면 데이터 누출이 됩니다.
-- population: patients
-- key: case_id
WITH spelled AS (
    SELECT case_key(case_id) AS key, list_sort(list(case_id)) AS cases
    FROM patients GROUP BY 1 HAVING count(*) > 1
)
SELECT p.case_id, s.cases
FROM patients AS p JOIN spelled AS s ON s.key = case_key(p.case_id)
ORDER BY p.case_id
