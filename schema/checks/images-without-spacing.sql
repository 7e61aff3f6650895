-- severity: warning
-- title: Mammograms without a pixel spacing
-- means: The header gives neither Pixel Spacing nor Imager Pixel Spacing (PS3.3 10.7.1): nothing on the image can be measured in mm.
-- advice: Exclude the image where sizes matter; never use the spacing of another device.
SELECT case_id, path, view, vendor, model
FROM images
WHERE pixel_spacing_row_mm IS NULL AND mammogram_type IS NOT NULL
ORDER BY path
