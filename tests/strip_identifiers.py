"""Plants identifying values in headers of every transfer syntax; compares the stripped files with them."""
import csv
import glob
import io
import json
import os
import sys
import tarfile

import numpy as np
import pydicom
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRBigEndian, ImplicitVRLittleEndian, RLELossless


def plant():
    files = sorted(glob.glob('data/dcm/**/*.dcm', recursive=True))
    for number, path in enumerate(files):
        d = pydicom.dcmread(path)
        d.PatientName = 'CANARY^NAME'; d.PatientID = 'CANARYID'; d.PatientBirthDate = '19620304'
        d.AccessionNumber = 'CANARYACC'; d.StudyDescription = 'CANARY study'
        d.OperatorsName = 'CANARY^OP'
        block = d.private_block(0x0019, 'CANARY 1.0', create=True)
        block.add_new(1, 'LO', 'CANARY private'); block.add_new(2, 'SQ', Sequence([Dataset()]))
        item = Dataset(); item.PatientID = 'CANARYNEST'; item.ReferencedSOPInstanceUID = d.SOPInstanceUID
        item.ReferencedSOPClassUID = d.SOPClassUID
        item.private_block(0x0021, 'CANARY 2', create=True).add_new(1, 'UT', 'CANARY deep')
        d.SourceImageSequence = Sequence([item])
        d.RequestAttributesSequence = Sequence([item])
        d.file_meta.SourceApplicationEntityTitle = 'CANARYAE'
        d.preamble = b'CANARY' + bytes(122)
        kind = number % 5
        if kind == 0: pass
        elif kind == 1: d.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
        elif kind == 2: d.compress(RLELossless, generate_instance_uid=False)
        elif kind == 3: d.is_undefined_length_sequence_item = True; d['SourceImageSequence'].is_undefined_length = True
        elif kind == 4:
            pixels = d.pixel_array.astype('>u2') if d.BitsAllocated == 16 else d.pixel_array
            d.file_meta.TransferSyntaxUID = ExplicitVRBigEndian; d.PixelData = pixels.tobytes()
            d['PixelData'].VR = 'OW'
        little = kind != 4
        pydicom.dcmwrite(path, d, enforce_file_format=False, implicit_vr=(kind == 1), little_endian=little, overwrite=True) if kind in (1, 4) else d.save_as(path)
    print(len(files))


actions = {}
for row in csv.reader(l for l in open(sys.argv[2]) if not l.startswith('#')):
    actions[row[0]] = row[2]


def walk(d):
    for e in d:
        yield d, e
        if e.VR == 'SQ':
            for item in e.value: yield from walk(item)


def check(data, original):
    assert b'CANARY' not in data, original
    new, old = pydicom.dcmread(io.BytesIO(data)), pydicom.dcmread(original)
    assert new.file_meta.TransferSyntaxUID == old.file_meta.TransferSyntaxUID
    assert np.array_equal(new.pixel_array, old.pixel_array), original
    assert new.file_meta.MediaStorageSOPInstanceUID == new.SOPInstanceUID != old.SOPInstanceUID
    assert new.SourceImageSequence[0].ReferencedSOPInstanceUID == new.SOPInstanceUID, 'references hold'
    assert new.PatientIdentityRemoved == 'YES' and new.DeidentificationMethodCodeSequence[0].CodeValue == '113100'
    assert new.LongitudinalTemporalInformationModified == 'REMOVED'
    assert new.PatientName == '' and new.PatientID == ''
    olds = {str(e.value) for _, e in walk(old) if e.VR == 'UI'}
    for holder, e in walk(new):
        assert not e.tag.is_private, e.tag
        action = actions.get(e.keyword)
        if action is None:
            continue
        if action in ('U', 'X/Z/U*'):
            if e.VR == 'UI': assert str(e.value).startswith('2.25.') and str(e.value) not in olds, e.keyword
        elif action == 'D': assert e.keyword not in old or e.value != old[e.keyword].value, e.keyword
        else: assert e.is_empty, e.keyword
    for e in old:
        if e.keyword and e.keyword not in actions and not e.tag.is_private and e.VR != 'SQ' and not e.keyword.startswith(('Deident', 'PatientIdentity', 'Longitud', 'Overlay')):
            assert new[e.keyword].value == e.value, e.keyword
    return str(new.SOPInstanceUID)


def compare():
    count = 0
    for row in csv.DictReader(open('laid/manifest.csv')):
        path = row['path']
        case, view = row['case_id'], row['view']
        original = None
        for base, _, names in os.walk('data/dcm'):
            if base.endswith('/' + case):
                original = os.path.join(base, view + '.dcm')
        assert check(open(os.path.join('laid', path), 'rb').read(), original) == row['sop_instance_uid']
        count += 1
    for name in sorted(os.listdir('shards')):
        if not name.endswith('.tar'): continue
        with tarfile.open('shards/' + name) as tar:
            samples = {}
            for member in tar: samples.setdefault(member.name.split('.')[0], {})[member.name.split('.')[1]] = tar.extractfile(member).read()
        for sample in samples.values():
            facts = json.loads(sample['json'])
            assert check(sample['dcm'], 'data/' + facts['path']) == facts['sop_instance_uid']
            count += 1
    print(count)


plant() if sys.argv[1] == "plant" else compare()
