SELECT 'a'
'b', U&'a;', N'x', x'41', 1_000.5e-3 -- end