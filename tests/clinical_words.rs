//! Clinical text as people write it: denial, doubt, abbreviations and decorations, in English and Korean.

use mammodex::records::histology::{self, HistologyType};
use mammodex::records::outcome::ParseOutcome;

use crate::grammars::check;
use crate::made::{DataSet, shared_case};

/// `8500/3`, `8500/3?` when in doubt, `-` when empty, `!` when unreadable.
fn icdo3(text: &str) -> String {
    match histology::parse(text) {
        ParseOutcome::Empty => "-".into(),
        ParseOutcome::Value(HistologyType { icdo3, .. }) => icdo3.into(),
        ParseOutcome::Doubtful(HistologyType { icdo3, .. }, _) => format!("{icdo3}?"),
        ParseOutcome::Unreadable(_) => "!".into(),
    }
}

const DENIED: &[(&str, &str)] = &[
    ("DCIS, microinvasion (-)", "8500/2"),
    ("DCIS with microinvasion (-)", "8500/2"),
    ("DCIS, microinvasion: not identified", "8500/2"),
    ("DCIS, microinvasion: absent", "8500/2"),
    ("DCIS; microinvasion - none", "8500/2"),
    ("DCIS, microinvasion: no", "8500/2"),
    ("DCIS without microinvasion", "8500/2"),
    ("DCIS, no evidence of invasion", "8500/2"),
    ("DCIS, no microinvasion or invasion", "8500/2"),
    ("Ductal carcinoma in situ; no invasive carcinoma", "8500/2"),
    ("No invasive carcinoma, DCIS only", "8500/2?"),
    ("관상피내암, 침윤(-)", "8500/2"),
    ("관상피내암, 침윤 ( - )", "8500/2"),
    ("관상피내암, 침윤 [-]", "8500/2"),
    ("관상피내암, 침윤 −", "8500/2"),
    ("관상피내암, 침윤 소견 관찰되지 않음", "8500/2"),
    ("관상피내암, 침윤 음성", "8500/2"),
    ("관상피내암, 미세침윤 없음", "8500/2"),
    ("침윤성 암종은 관찰되지 않음, 관상피내암", "8500/2"),
    ("침윤성 암종 없음. 관상피내암", "8500/2"),
    ("비 침윤성 유관암", "8500/2"),
    ("비침윤성 유관암", "8500/2"),
    ("침윤성이 아닌 유관암", "8500/2"),
    ("침윤이 없는 유관암", "8500/2"),
    ("Ductal carcinoma, no invasion", "8500/2"),
    ("Ductal carcinoma, invasion (-)", "8500/2"),
    ("유관암, 침윤 없음", "8500/2"),
    ("Lobular carcinoma, non-invasive", "8520/2"),
    ("IDC (-), DCIS (+)", "8500/2"),
    ("IDC (-) DCIS (+)", "8500/2"),
    ("IDC -, DCIS +", "8500/2"),
    ("IDC (+), DCIS (-)", "8500/3"),
    ("DCIS with invasion", "8500/3"),
    ("DCIS, invasion (+)", "8500/3"),
    ("관상피내암, 침윤 있음", "8500/3"),
    ("Ductal carcinoma in situ, invasive carcinoma (-)", "8500/2"),
    ("fibroadenoma, carcinoma (-)", "9010/0"),
    ("섬유선종, 암 아님", "9010/0"),
    ("섬유선종, 악성 소견 없음", "9010/0"),
    ("Fibroadenoma, negative for malignancy", "9010/0"),
    ("IDC, LCIS not seen", "8500/3"),
    ("IDC, lymphovascular invasion (-)", "8500/3"),
    ("IDC, no lymphovascular invasion", "8500/3"),
    ("침윤성 유관암, 림프혈관 침윤 없음", "8500/3"),
    ("IDC, ER negative, PR (-), HER2 negative", "8500/3"),
    ("triple-negative invasive ductal carcinoma", "8500/3"),
    ("삼중음성 침윤성 유관암", "8500/3"),
    ("IDC (-)", "!"),
    ("no IDC", "!"),
    ("암 아님", "!"),
    ("악성 아님", "!"),
    ("IDC, invasion (-)", "!"),
    ("IDC and DCIS not identified", "!"),
    ("no DCIS and LCIS", "!"),
    ("no DCIS, LCIS or invasive carcinoma", "!"),
];

#[test]
fn what_a_diagnosis_denies_is_not_read() {
    check(DENIED, icdo3);
}

const SUSPECTED: &[(&str, &str)] = &[
    ("IDC?", "!"),
    ("IDC (?)", "!"),
    ("? IDC", "!"),
    ("침윤성 유관암 추정", "!"),
    ("침윤성 유관암 의심", "!"),
    ("침윤성 유관암의 가능성", "!"),
    ("유관암 또는 소엽암", "!"),
    ("IDC or ILC", "!"),
    ("IDC vs. ILC", "!"),
    ("r/o IDC", "!"),
    ("Suspicious for invasive ductal carcinoma", "!"),
    ("Probable DCIS", "!"),
    ("DCIS, microinvasion?", "!"),
    ("DCIS, 미세침윤 의심", "!"),
    ("DCIS, invasion suspected", "!"),
    ("DCIS, cannot exclude invasion", "!"),
    ("IDC, DCIS?", "8500/3"),
    ("IDC with possible DCIS", "8500/3"),
    ("침윤성 유관암, 상피내암 의심", "8500/3"),
    ("metastatic carcinoma", "!"),
    ("Metastatic ductal carcinoma", "!"),
    ("전이성 암종", "!"),
    ("IDC with lymph node metastasis", "8500/3"),
    ("IDC with metastasis", "8500/3"),
    ("침윤성 유관암, 림프절 전이 있음", "8500/3"),
    ("침윤성 유관암, 림프절 전이 없음", "8500/3"),
];

#[test]
fn what_a_diagnosis_only_suspects_is_no_type() {
    check(SUSPECTED, icdo3);
}

const HALF_UNDERSTOOD: &[(&str, &str)] = &[
    ("zygomorphic carcinoma", "!"),
    ("Carcinoma, unheard type", "!"),
    ("zygomorphic ductal carcinoma", "8500/3?"),
    ("IDC, lobluar", "8500/3?"),
    ("Ductal carcinoma in stu", "8500/3?"),
    ("Invasive ductal carcinoma, histologic grade 2, nuclear grade 2", "8500/3"),
    ("Invasive ductal carcinoma, size 1.8 cm, Nottingham grade II (score 6/9)", "8500/3"),
    ("Breast, left, core needle biopsy: invasive ductal carcinoma", "8500/3"),
    ("유방, 좌측, 침윤성 유관암, 조직학적 등급 2", "8500/3"),
    ("IDC (8500/3)", "8500/3"),
    ("8500/2", "8500/2"),
    ("M8520/3", "8520/3"),
    ("8010/3 Carcinoma", "8010/3"),
    ("Carcinoma, 8500/3", "8500/3"),
    ("IDC 8520/3", "8500/3?"),
    ("9999/3", "!"),
];

#[test]
fn half_understood_text_is_doubtful() {
    check(HALF_UNDERSTOOD, icdo3);
}

/// Preferred and related terms of ICD-O-3.2 for tumours of the breast (IARC/WHO 2019).
const ICDO3_TERMS: &[(&str, &str)] = &[
    ("Carcinoma in situ, NOS", "8010/2"),
    ("Carcinoma, NOS", "8010/3"),
    ("Large cell carcinoma, NOS", "8012/3"),
    ("Large cell neuroendocrine carcinoma", "8013/3"),
    ("Carcinoma, undifferentiated, NOS", "8020/3"),
    ("Undifferentiated carcinoma", "8020/3"),
    ("Carcinoma, anaplastic, NOS", "8021/3"),
    ("Pleomorphic carcinoma", "8022/3"),
    ("Giant cell and spindle cell carcinoma", "8030/3"),
    ("Giant cell carcinoma", "8031/3"),
    ("Spindle cell carcinoma, NOS", "8032/3"),
    ("Sarcomatoid carcinoma", "8033/3"),
    ("Pseudosarcomatous carcinoma", "8033/3"),
    ("Polygonal cell carcinoma", "8034/3"),
    ("Carcinoma with osteoclast-like giant cells", "8035/3"),
    ("Small cell carcinoma, NOS", "8041/3"),
    ("Squamous cell carcinoma in situ, NOS", "8070/2"),
    ("Squamous cell carcinoma, NOS", "8070/3"),
    ("Epidermoid carcinoma", "8070/3"),
    ("Basal cell carcinoma, NOS", "8090/3"),
    ("Adenocarcinoma in situ, NOS", "8140/2"),
    ("Adenocarcinoma, NOS", "8140/3"),
    ("Adenoid cystic carcinoma", "8200/3"),
    ("Cribriform carcinoma in situ", "8201/2"),
    ("Ductal carcinoma in situ, cribriform type", "8201/2"),
    ("Cribriform carcinoma, NOS", "8201/3"),
    ("Tubular adenocarcinoma", "8211/3"),
    ("Tubular carcinoma", "8211/3"),
    ("Solid carcinoma, NOS", "8230/3"),
    ("Carcinoma simplex", "8231/3"),
    ("Neuroendocrine tumor, NOS", "8240/3"),
    ("Carcinoid tumor, NOS", "8240/3"),
    ("Neuroendocrine carcinoma, NOS", "8246/3"),
    ("Neuroendocrine tumor, grade 2", "8249/3"),
    ("Adenocarcinoma with mixed subtypes", "8255/3"),
    ("Oxyphilic adenocarcinoma", "8290/3"),
    ("Oncocytic carcinoma", "8290/3"),
    ("Clear cell adenocarcinoma, NOS", "8310/3"),
    ("Lipid-rich carcinoma", "8314/3"),
    ("Glycogen-rich carcinoma", "8315/3"),
    ("Granular cell carcinoma", "8320/3"),
    ("Mixed cell adenocarcinoma", "8323/3"),
    ("Apocrine adenocarcinoma", "8401/3"),
    ("Apocrine carcinoma", "8401/3"),
    ("Microcystic adnexal carcinoma", "8407/3"),
    ("Sebaceous carcinoma", "8410/3"),
    ("Mucoepidermoid carcinoma", "8430/3"),
    ("Papillary cystadenocarcinoma", "8450/3"),
    ("Mucinous cystadenocarcinoma, NOS", "8470/3"),
    ("Mucinous adenocarcinoma", "8480/3"),
    ("Colloid adenocarcinoma", "8480/3"),
    ("Mucoid carcinoma", "8480/3"),
    ("Gelatinous carcinoma", "8480/3"),
    ("Mucin-producing adenocarcinoma", "8481/3"),
    ("Mucin-secreting carcinoma", "8481/3"),
    ("Signet ring cell carcinoma", "8490/3"),
    ("Intraductal carcinoma, noninfiltrating, NOS", "8500/2"),
    ("Ductal carcinoma in situ, NOS", "8500/2"),
    ("Intraductal adenocarcinoma, noninfiltrating, NOS", "8500/2"),
    ("Infiltrating duct carcinoma, NOS", "8500/3"),
    ("Duct carcinoma, NOS", "8500/3"),
    ("Duct cell carcinoma", "8500/3"),
    ("Duct adenocarcinoma, NOS", "8500/3"),
    ("Infiltrating duct adenocarcinoma", "8500/3"),
    ("Invasive carcinoma of no special type", "8500/3"),
    ("Invasive breast carcinoma of no special type", "8500/3"),
    ("Comedocarcinoma, noninfiltrating", "8501/2"),
    ("Ductal carcinoma in situ, comedo type", "8501/2"),
    ("DCIS, comedo type", "8501/2"),
    ("Comedocarcinoma, NOS", "8501/3"),
    ("Secretory carcinoma of breast", "8502/3"),
    ("Juvenile carcinoma of breast", "8502/3"),
    ("Intraductal papilloma", "8503/0"),
    ("Duct papilloma", "8503/0"),
    ("Noninfiltrating intraductal papillary adenocarcinoma", "8503/2"),
    ("Intraductal papillary carcinoma, NOS", "8503/2"),
    ("Ductal carcinoma in situ, papillary", "8503/2"),
    ("Intraductal papillary adenocarcinoma with invasion", "8503/3"),
    ("Infiltrating papillary adenocarcinoma", "8503/3"),
    ("Intracystic papillary adenoma", "8504/0"),
    ("Intracystic papilloma", "8504/0"),
    ("Noninfiltrating intracystic carcinoma", "8504/2"),
    ("Encapsulated papillary carcinoma", "8504/2"),
    ("Intracystic carcinoma, NOS", "8504/3"),
    ("Encapsulated papillary carcinoma with invasion", "8504/3"),
    ("Intraductal papillomatosis, NOS", "8505/0"),
    ("Adenoma of nipple", "8506/0"),
    ("Intraductal micropapillary carcinoma", "8507/2"),
    ("Ductal carcinoma in situ, micropapillary", "8507/2"),
    ("Invasive micropapillary carcinoma of breast", "8507/3"),
    ("Cystic hypersecretory carcinoma", "8508/3"),
    ("Solid papillary carcinoma in situ", "8509/2"),
    ("Solid papillary carcinoma with invasion", "8509/3"),
    ("Medullary carcinoma, NOS", "8510/3"),
    ("Medullary adenocarcinoma", "8510/3"),
    ("Medullary carcinoma with lymphoid stroma", "8512/3"),
    ("Atypical medullary carcinoma", "8513/3"),
    ("Duct carcinoma, desmoplastic type", "8514/3"),
    ("Lobular carcinoma in situ, pleomorphic", "8519/2"),
    ("Lobular carcinoma in situ, NOS", "8520/2"),
    ("Lobular carcinoma, noninfiltrating", "8520/2"),
    ("Lobular carcinoma, NOS", "8520/3"),
    ("Infiltrating lobular carcinoma, NOS", "8520/3"),
    ("Lobular adenocarcinoma", "8520/3"),
    ("Pleomorphic lobular carcinoma", "8520/3"),
    ("Infiltrating ductular carcinoma", "8521/3"),
    ("Intraductal carcinoma and lobular carcinoma in situ", "8522/2"),
    ("Infiltrating duct and lobular carcinoma", "8522/3"),
    ("Lobular and ductal carcinoma", "8522/3"),
    ("Polymorphous adenocarcinoma", "8525/3"),
    ("Polymorphous low grade adenocarcinoma", "8525/3"),
    ("Inflammatory carcinoma", "8530/3"),
    ("Inflammatory adenocarcinoma", "8530/3"),
    ("Paget disease, mammary", "8540/3"),
    ("Paget disease of breast", "8540/3"),
    ("Paget disease and infiltrating duct carcinoma of breast", "8541/3"),
    ("Paget disease, extramammary", "8542/3"),
    ("Paget disease and intraductal carcinoma of breast", "8543/3"),
    ("Acinar cell carcinoma", "8550/3"),
    ("Adenosquamous carcinoma", "8560/3"),
    ("Epithelial-myoepithelial carcinoma", "8562/3"),
    ("Adenocarcinoma with squamous metaplasia", "8570/3"),
    ("Adenocarcinoma with cartilaginous and osseous metaplasia", "8571/3"),
    ("Adenocarcinoma with spindle cell metaplasia", "8572/3"),
    ("Adenocarcinoma with apocrine metaplasia", "8573/3"),
    ("Adenocarcinoma with neuroendocrine differentiation", "8574/3"),
    ("Metaplastic carcinoma, NOS", "8575/3"),
    ("Carcinosarcoma, NOS", "8980/3"),
    ("Adenomyoepithelioma", "8983/0"),
    ("Adenomyoepithelioma with carcinoma", "8983/3"),
    ("Fibroadenoma, NOS", "9010/0"),
    ("Juvenile fibroadenoma", "9030/0"),
    ("Phyllodes tumor, benign", "9020/0"),
    ("Phyllodes tumor, borderline", "9020/1"),
    ("Phyllodes tumor, malignant", "9020/3"),
    ("Cystosarcoma phyllodes, malignant", "9020/3"),
    ("Angiosarcoma", "9120/3"),
];

#[test]
fn every_term_of_icdo3_has_its_code() {
    check(ICDO3_TERMS, icdo3);
}

#[test]
fn a_denied_part_of_a_diagnosis_is_not_read_from_a_workbook() {
    let Some(set) = shared_case("clinical-09-histology-denied") else { return };
    let expected = ["8500/2"; 9].iter().chain(&["9010/0"; 2]);
    let codes = set.rows("SELECT icdo3 FROM patients ORDER BY case_id");
    assert_eq!(codes, expected.copied().collect::<Vec<_>>());
}

#[test]
fn preferred_terms_of_icdo3_are_read_from_a_workbook() {
    let Some(set) = shared_case("clinical-10-icdo3-terms") else { return };
    let codes = set.rows("SELECT icdo3 FROM patients ORDER BY case_id");
    let expected =
        ["8501/3", "8521/3", "8140/3", "8020/3", "8021/3", "8022/3", "8035/3", "8090/3", "8504/3"];
    assert_eq!(codes, expected);
}

#[test]
fn a_diagnosis_with_unknown_words_is_a_finding() {
    let set = DataSet::new();
    set.put("clinical/Cancer.csv", "ID,조직형 진단\n1,zygomorphic ductal carcinoma\n2,IDC?\n");
    set.index(&["--profile", "ncc"]);
    let rows = set.rows("SELECT case_id, icdo3 FROM patients ORDER BY 1");
    assert_eq!(rows, ["Cancer_00001|8500/3", "Cancer_00002|-"]);
    let places = |code| set.findings(code);
    assert_eq!(
        places("histology-doubtful"),
        ["clinical/Cancer.csv B2 zygomorphic ductal carcinoma"]
    );
    assert_eq!(places("histology-unknown"), ["clinical/Cancer.csv B3 IDC?"]);
}
