-- severity: warning
-- title: Spot, magnification and other special images labelled as standard views
--   ko: 표준 촬영으로 표시된 국소 압박, 확대 등 특수 영상
-- means: The view is one of the four, but the image is spot-compressed, magnified, of a specimen or a secondary capture; selected by view alone, it would count as an image of the whole breast.
--   ko: 촬영 방향은 네 가지 중 하나이지만 국소 압박, 확대, 검체 또는 2차 캡처 영상입니다. 촬영 방향만으로 고르면 유방 전체 영상으로 세어집니다.
-- advice: Add is_standard_view to the condition.
--   ko: 조건에 is_standard_view를 추가하십시오.
-- population: images WHERE view IN ('LCC', 'LMLO', 'RCC', 'RMLO')
-- key: path
SELECT case_id, path, view, view_modifiers, mammogram_type, magnification_factor
FROM images
WHERE view IN ('LCC', 'LMLO', 'RCC', 'RMLO') AND NOT is_standard_view
ORDER BY path
