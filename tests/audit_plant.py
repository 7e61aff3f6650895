"""Plants what an audit must find in the data set `data`: prints each as `kind<TAB>check<TAB>subject`, and a
value that must not be shown as `secret<TAB>value`."""

import glob
import json
import os
import shutil
import zipfile

import openpyxl
import pydicom
from openpyxl.comments import Comment
from openpyxl.packaging.custom import StringProperty
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

files = sorted(glob.glob("data/dcm/**/*.dcm", recursive=True))
planted = []


def expect(kind, check, subject, secret=None):
    planted.append((kind, check, subject))
    if secret:
        planted.append(("secret", secret))


def plant(number, kind, check, subject, secret, change):
    data = pydicom.dcmread(files[number])
    change(data)
    data.save_as(files[number])
    expect(kind, check, subject, secret)


def nested(data):
    item = Dataset()
    item.PatientBirthDate = "19610203"
    data.ReferencedStudySequence = Sequence([item])


def private(data):
    data.private_block(0x0099, "HOSPITAL PACS", create=True).add_new(1, "LO", "7654321 Hong")


def attribute(number, keyword, value, subject=None):
    change = lambda data: setattr(data, keyword, value)
    plant(number, "attributes", "header attribute", subject or keyword, value, change)


def described(number, keyword, value, subject, secret):
    def change(data):
        data.SpecificCharacterSet = "ISO_IR 192"
        setattr(data, keyword, value)
    plant(number, "free text", "header text", subject, secret, change)


attribute(0, "PatientName", "Hong^Gildong")
plant(1, "attributes", "header attribute", "PatientBirthDate", "19610203", nested)
plant(2, "attributes", "header attribute", "OtherPatientIDs", "HN-445566", lambda d: d.add_new(0x00101000, "LO", "HN-445566"))
plant(3, "attributes", "header attribute", "private attributes", "7654321", private)
attribute(4, "OperatorsName", "Kim^Operator")
attribute(5, "InstitutionName", "Seoul Hospital")
attribute(6, "PatientComments", "called on Monday")
attribute(12, "AccessionNumber", "A20190812001")
attribute(13, "PatientAddress", "Jongno 12")
attribute(14, "PatientTelephoneNumbers", "0109998888")
attribute(15, "ReferringPhysicianName", "Park^Doctor")
statements = "statements"
plant(7, statements, "picture", "Burned In Annotation YES", None, lambda d: setattr(d, "BurnedInAnnotation", "YES"))
plant(8, statements, "UID root", "GE", "1.2.840.113619.2.66.1", lambda d: setattr(d, "SOPInstanceUID", "1.2.840.113619.2.66.1"))
plant(9, statements, "de-identification", "Longitudinal Temporal Information Modified", None, lambda d: setattr(d, "LongitudinalTemporalInformationModified", "UNMODIFIED"))
plant(10, statements, "age", "above 89 in headers", None, lambda d: setattr(d, "PatientAge", "097Y"))
plant(16, statements, "patient ID", "a resident registration number", "610203-2345678", lambda d: setattr(d, "PatientID", "610203-2345678"))



def coded(data):
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator = "113100", "DCM"
    item.CodeMeaning = "Basic Application Confidentiality Profile"
    data.DeidentificationMethodCodeSequence = Sequence([item])


plant(28, statements, "de-identification", "date without a code of the method", None, coded)

described(17, "StudyDescription", "mammo 010-2345-6789", "a telephone number", "010-2345-6789")
described(18, "SeriesDescription", "환자명: 홍길동 RCC", "a name", "홍길동")
described(19, "ImageComments", "mail kim.young@hospital.kr", "an e-mail address", "kim.young@hospital.kr")
described(20, "ProtocolName", "MRN 88776655", "a hospital number", "88776655")


def renamed(number, name, subject, secret=None):
    os.rename(files[number], os.path.join(os.path.dirname(files[number]), name))
    expect("names of files", "file name", subject, secret or name.rsplit(".", 1)[0])


renamed(11, "900101-2345678.dcm", "a resident registration number")
renamed(21, "김영희_RCC.dcm", "a name", "김영희")
renamed(22, "010-8765-4321 LCC.dcm", "a telephone number", "010-8765-4321")
renamed(23, "등록번호 1234567.dcm", "a hospital number", "1234567")
renamed(24, "lee.sora@hospital.kr.dcm", "an e-mail address", "lee.sora")
folder = "data/extra/박철수"
os.makedirs(folder)
shutil.copy(files[25], os.path.join(folder, "x.dcm"))
expect("names of files", "file name", "a name", "박철수")
with zipfile.ZipFile("data/extra/more.zip", "w") as archive:
    archive.write(files[26], "접수/0212345678901/y.dcm")
expect("names of files", "file name", "a hospital number", "0212345678901")

workbook = sorted(glob.glob("data/clinical/*.xlsx"))[0]
book = openpyxl.load_workbook(workbook)
book.properties.creator = "홍길동"
book.properties.title = "연락처 010-5555-6666"
book.custom_doc_props.append(StringProperty(name="contact", value="choi@hospital.kr"))
book.create_sheet("이순신")
book.worksheets[0]["A1"].comment = Comment("check", "정약용")
book.save(workbook)
expect("workbooks", "workbook property", "creator", "홍길동")
expect("workbooks", "workbook property", "a telephone number", "010-5555-6666")
expect("workbooks", "workbook property", "an e-mail address", "choi@hospital.kr")
expect("workbooks", "sheet", "a name", "이순신")
expect("workbooks", "workbook property", "author", "정약용")

# A reader is named by the part of the annotation file that the profile takes it from.
named = [path for path in sorted(glob.glob("data/annotation*/**/*.json", recursive=True))]
for path in named[:1]:
    text = open(path, encoding="utf-8").read()
    for reader in ("annotation_user1", "annotation_user2", "annotation_user3", "annotation_user4"):
        text = text.replace(reader, "강감찬")
    open(path, "w", encoding="utf-8").write(text)
    if "강감찬" in text:
        expect("readers", "reader", "a name", "강감찬")

for line in planted:
    print("\t".join(line))
