-- severity: warning
-- title: Spot, magnification and other special images labelled as standard views
-- means: The view is one of the four, but the image is spot-compressed, magnified, of a specimen or a secondary capture; selected by view alone, it would count as an image of the whole breast.
-- advice: Add is_standard_view to the condition.
-- population: images WHERE view IN ('LCC', 'LMLO', 'RCC', 'RMLO')
-- key: path
SELECT case_id, path, view, view_modifiers, mammogram_type, magnification_factor
FROM images
WHERE view IN ('LCC', 'LMLO', 'RCC', 'RMLO') AND NOT is_standard_view
ORDER BY path
