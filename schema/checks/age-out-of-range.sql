-- severity: warning
-- title: Ages below 18 or above 100
-- means: The data set contains women aged 18 and over; such an age is a typing error or belongs to another patient.
-- advice: Compare the workbook with the header of the images; correct the cell.
SELECT case_id, age_years, source_file, source_sheet, source_row
FROM patients
WHERE age_years < 18 OR age_years > 100
ORDER BY case_id
