"""Plants what an audit must find in the data set `data`: prints each as `check<TAB>subject`, and a value
that must not be shown as `secret<TAB>value`."""

import glob
import os

import openpyxl
import pydicom
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

files = sorted(glob.glob("data/dcm/**/*.dcm", recursive=True))
planted = []


def plant(number, check, subject, secret, change):
    data = pydicom.dcmread(files[number])
    change(data)
    data.save_as(files[number])
    planted.append((check, subject))
    planted.append(("secret", secret))


def nested(data):
    item = Dataset()
    item.PatientBirthDate = "19610203"
    data.ReferencedStudySequence = Sequence([item])


def private(data):
    data.private_block(0x0099, "HOSPITAL PACS", create=True).add_new(1, "LO", "7654321 Hong")


attribute = "header attribute"
plant(0, attribute, "PatientName", "Hong^Gildong", lambda d: setattr(d, "PatientName", "Hong^Gildong"))
plant(1, attribute, "PatientBirthDate", "19610203", nested)
plant(2, attribute, "OtherPatientIDs", "HN-445566", lambda d: d.add_new(0x00101000, "LO", "HN-445566"))
plant(3, attribute, "private attributes", "7654321", private)
plant(4, attribute, "OperatorsName", "Kim^Operator", lambda d: setattr(d, "OperatorsName", "Kim^Operator"))
plant(5, attribute, "InstitutionName", "Seoul Hospital", lambda d: setattr(d, "InstitutionName", "Seoul Hospital"))
plant(6, attribute, "PatientComments", "called on Monday", lambda d: setattr(d, "PatientComments", "called on Monday"))
plant(7, "picture", "Burned In Annotation YES", "-", lambda d: setattr(d, "BurnedInAnnotation", "YES"))
plant(8, "UID root", "GE", "1.2.840.113619.2.66.1", lambda d: setattr(d, "SOPInstanceUID", "1.2.840.113619.2.66.1"))
plant(9, "de-identification", "Longitudinal Temporal Information Modified", "-", lambda d: setattr(d, "LongitudinalTemporalInformationModified", "UNMODIFIED"))
plant(10, "age", "above 89 in headers", "-", lambda d: setattr(d, "PatientAge", "097Y"))

os.rename(files[11], os.path.join(os.path.dirname(files[11]), "900101-2345678.dcm"))
planted += [("file name", "a resident registration number"), ("secret", "900101-2345678")]
workbook = sorted(glob.glob("data/clinical/*.xlsx"))[0]
book = openpyxl.load_workbook(workbook)
book.properties.creator = "홍길동"
book.save(workbook)
planted += [("workbook property", "creator"), ("secret", "홍길동")]
for check, subject in planted:
    print(f"{check}\t{subject}")
