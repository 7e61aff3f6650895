-- title: Cohen's kappa of two ratings
--   ko: 두 평가의 코헨 카파
-- usage: cohen_kappa(a, b)
-- gives: agreement beyond chance of two ratings of the same rows, -1 to 1; an aggregate that ignores rows where either is null; null without rows, or where all ratings are one category
--   ko: 같은 행에 대한 두 평가의 우연을 넘는 일치도, -1~1; 하나라도 null인 행은 무시하는 집계 함수; 행이 없거나 모든 평가가 한 범주이면 null
-- example: SELECT round(cohen_kappa(discarded_a, discarded_b), 3) AS kappa FROM (SELECT DISTINCT case_id, discarded_a, discarded_b FROM agreement)
-- Cohen 1960, without weights. `mammodex agreement` computes it with intervals.
--   ko: Cohen 1960, 가중치 없음. `mammodex agreement` 는 신뢰구간과 함께 계산한다.
CREATE MACRO cohen_kappa(a, b) AS
list_transform(
    [{'n': count(*) FILTER (a IS NOT NULL AND b IS NOT NULL), 'same': count(*) FILTER (a = b),
      'a': histogram(a) FILTER (a IS NOT NULL AND b IS NOT NULL), 'b': histogram(b) FILTER (a IS NOT NULL AND b IS NOT NULL)}],
    lambda r: list_transform(
        [list_sum(list_transform(map_entries(r.a), lambda e: e.value::DOUBLE * coalesce(r.b[e.key], 0))) / (r.n::DOUBLE * r.n)],
        lambda chance: (r.same / r.n - chance) / nullif(1 - chance, 0))[1])[1];
