-- severity: warning
-- title: Mammograms without a pixel spacing
-- means: The header gives neither Pixel Spacing nor Imager Pixel Spacing (PS3.3 10.7.1): nothing on the image can be measured in mm.
-- advice: Leave the image out where sizes matter; never take another device's spacing.
SELECT case_id, path, view, vendor, model
FROM images
WHERE pixel_spacing_row_mm IS NULL AND mammogram_type IS NOT NULL
ORDER BY path
