//! Clinical text as people write it: denial, doubt, abbreviations and decorations, in English and Korean.

use std::fs;

use mammodex::records::birads;
use mammodex::records::group_name::{self, GroupMention};
use mammodex::records::histology::{self, HistologyType};
use mammodex::records::location::{self, TumourLocation};
use mammodex::records::outcome::ParseOutcome;
use mammodex::records::size::{self, SizeUnit};
use mammodex::records::stage;
use mammodex::sources::profile::Profile;
use proptest::prelude::*;

use crate::clinical_grammars::check;
use crate::custom_data::{DataSet, shared, shared_case};
use crate::vocabulary::place_of;

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
    ("Carcinoma, NOS, metastatic", "!"),
    ("Carcinoma, metastatic, NOS", "!"),
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
    ("DCIS with focal microinvasion", "8500/3"),
    ("DCIS with foci of microinvasion", "8500/3"),
    ("DCIS, focal microinvasion (-)", "8500/2"),
    ("Intracystic papillary adenocarcinoma", "8504/3"),
    ("Malignant myoepithelioma", "8982/3"),
    ("Infiltrating duct mixed with other types of carcinoma", "8523/3"),
    ("Infiltrating lobular mixed with other types of carcinoma", "8524/3"),
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

/// The group that a text names, `unclear`, or `-`.
fn group(text: &str) -> String {
    let spellings = [
        ("normal", "N"),
        ("정상", "N"),
        ("benign", "B"),
        ("양성", "B"),
        ("benign_additional", "A"),
        ("cancer", "C"),
        ("악성", "C"),
        ("암", "C"),
    ];
    match group_name::mention(text, spellings.into_iter()) {
        GroupMention::Named(group) => group.to_owned(),
        GroupMention::Unclear => "unclear".to_owned(),
        GroupMention::Absent => "-".to_owned(),
    }
}

const GROUPS: &[(&str, &str)] = &[
    ("Cancer", "C"),
    ("01_악성군 임상정보", "C"),
    ("악성 환자", "C"),
    ("암환자", "C"),
    ("유방암", "C"),
    ("유방암환자 명단", "C"),
    ("NIA_cancer_1500", "C"),
    ("Cancer2018", "C"),
    ("Breast cancer", "C"),
    ("Benign_additional", "A"),
    ("정상군", "N"),
    ("양성종양", "B"),
    ("양성 종괴", "B"),
    ("non-cancer", "unclear"),
    ("r/o cancer", "-"),
    ("s/p 유방암", "-"),
    ("post-cancer", "unclear"),
    ("prob. benign", "unclear"),
    ("유방암 가족력", "unclear"),
    ("noncancer", "-"),
    ("non_malignant benign", "B"),
    ("not cancer", "unclear"),
    ("cancer free", "unclear"),
    ("cancer-negative", "unclear"),
    ("비악성", "unclear"),
    ("비유방암", "unclear"),
    ("유방암 아님", "unclear"),
    ("유방암이 아님", "unclear"),
    ("악성 아닌", "unclear"),
    ("암 없음", "unclear"),
    ("암 음성", "unclear"),
    ("유방암 양성", "unclear"),
    ("악성 의심", "unclear"),
    ("cancer?", "unclear"),
    ("suspected cancer", "unclear"),
    ("benign or cancer", "unclear"),
    ("normal_benign_cancer", "unclear"),
    ("국립암센터", "-"),
    ("암센터", "-"),
    ("National Cancer Center", "-"),
    ("breast cancer dataset", "-"),
    ("Breast Cancer Data Set", "-"),
    ("Breast_Cancer_Data", "-"),
    ("유방암 데이터셋", "-"),
    ("cancerous", "-"),
    ("암호", "-"),
    ("비정상", "unclear"),
    ("abnormal", "-"),
    ("0", "-"),
];

#[test]
fn a_group_counts_as_a_whole_word_that_nothing_denies() {
    check(GROUPS, group);
}

#[test]
fn a_sheet_that_denies_a_group_is_not_that_group() {
    let Some(set) = shared_case("clinical-04-non-cancer-sheet") else { return };
    let sql = "SELECT birads_both, birads_left, birads_right FROM patients WHERE case_id = 'Cancer_00001'";
    assert_eq!(set.rows(sql), ["5|-|5"]);
    assert!(set.codes().contains(&"row-without-case".to_owned()));
}

#[test]
fn a_group_cell_that_denies_a_group_makes_no_case() {
    let Some(set) = shared_case("clinical-04b-not-cancer-column") else { return };
    assert_eq!(set.rows("SELECT case_id FROM patients WHERE case_id LIKE 'Cancer%'"), [""; 0]);
    assert_eq!(set.findings("group-unknown").len(), 3);
    assert_eq!(set.findings("row-without-case").len(), 3);
}

#[test]
fn codes_of_groups_need_a_profile() {
    let Some(set) = shared_case("clinical-33-group-codes") else { return };
    let read = "SELECT case_id FROM patients WHERE source_file IS NOT NULL";
    assert_eq!(set.rows(read), [""; 0]);
    assert_eq!(set.findings("group-unknown").len(), 3);
    let profile = Profile::text("ncc").unwrap();
    let coded = ["normal", "benign", "cancer"].iter().zip(["0", "1", "2"]).fold(
        profile,
        |text, (word, code)| {
            text.replace(
                &format!("spellings = [\"{word}\""),
                &format!("spellings = [\"{code}\", \"{word}\""),
            )
        },
    );
    fs::write(set.root().join("../coded.toml"), coded).unwrap();
    set.index(&["--profile", "coded.toml"]);
    assert_eq!(set.findings("group-unknown"), [""; 0]);
    assert_eq!(set.rows(read).len(), 3);
}

#[test]
fn positive_and_negative_are_results_not_groups() {
    let set = DataSet::new();
    set.put("clinical/all.csv", "구분,ID,BIRADS\n양성,1,1\n음성,2,1\n");
    set.put("clinical/benign.csv", "구분,ID,BIRADS\n양성,3,1\n");
    set.index(&["--profile", "ncc"]);
    assert_eq!(set.rows("SELECT case_id FROM patients"), ["Benign_00003"]);
    let found = ["clinical/all.csv A2 양성", "clinical/all.csv A3 음성"];
    assert_eq!(set.findings("group-unknown"), found);
}

#[test]
fn a_group_cell_beside_a_whole_id_costs_no_row() {
    let set = DataSet::new();
    set.put("clinical/all.csv", "구분,ID,BIRADS\n기타,Cancer_00001,5\n");
    set.index(&["--profile", "ncc"]);
    assert_eq!(set.rows("SELECT case_id, birads_both FROM patients"), ["Cancer_00001|5"]);
    assert_eq!(set.findings("diagnosis-unknown"), ["clinical/all.csv A2 기타"]);
}

/// `1.8`, `1.8?` when in doubt, `-` when empty, `!` when unreadable.
fn millimetres(text: &str) -> String {
    match size::parse_mm(text) {
        ParseOutcome::Empty => "-".into(),
        ParseOutcome::Value(cm) => cm.to_string(),
        ParseOutcome::Doubtful(cm, _) => format!("{cm}?"),
        ParseOutcome::Unreadable(_) => "!".into(),
    }
}

#[test]
fn a_word_behind_a_number_is_not_a_unit() {
    let sizes = [
        ("18", "1.8"),
        ("5 이하", "0.5?"),
        ("18 정도", "1.8?"),
        ("20 이상", "2?"),
        ("18)", "1.8?"),
        ("18~", "1.8?"),
        ("<18", "1.8?"),
        ("18 x 12", "1.8"),
        ("1.8 cm", "1.8"),
        ("1.8cm)", "1.8?"),
        ("18 (mm)", "1.8"),
        ("약 18", "1.8?"),
        ("18 multifocal", "!"),
        ("220", "22?"),
    ];
    check(&sizes, millimetres);
    let Some(set) = shared_case("clinical-13-mm-column-words") else { return };
    let sizes = set.rows("SELECT tumor_size_cm FROM patients ORDER BY case_id");
    assert_eq!(sizes, ["0.5", "1.8", "2.0", "1.8", "1.8"]);
}

#[test]
fn a_header_names_the_unit_of_its_sizes() {
    let unit = |header: &str| match size::unit_of_header(header) {
        Some(SizeUnit::Cm) => "cm".to_owned(),
        Some(SizeUnit::Mm) => "mm".to_owned(),
        None => "-".to_owned(),
    };
    let headers = [
        ("악성 종양의 크기 (cm)", "cm"),
        ("종양크기(㎝)", "cm"),
        ("Tumor size [mm]", "mm"),
        ("종양크기 밀리미터", "mm"),
        ("tumor_size_mm", "mm"),
        ("Tumor Size", "-"),
        ("종양의 크기", "-"),
        ("size (cm or mm)", "-"),
        ("commodity", "-"),
    ];
    check(&headers, unit);
}

#[test]
fn a_column_without_a_unit_is_a_finding_and_the_stage_decides() {
    let indexed = |text: &str| {
        let set = DataSet::new();
        set.put("clinical/Cancer.csv", text);
        set.index(&["--profile", "ncc"]);
        set
    };
    let sizes = "SELECT tumor_size_cm, tumor_size_raw FROM patients ORDER BY case_id";
    let mm = indexed("ID,Tumor size,T stage\n1,19,1c\n2,8,1b\n3,15,2\n4,31,2\n");
    assert_eq!(mm.rows(sizes), ["1.9|19", "0.8|8", "1.5|15", "3.1|31"]);
    assert_eq!(mm.findings("size-unit-missing"), ["clinical/Cancer.csv B1 Tumor size"]);
    let cm = indexed("ID,Tumor size,T stage\n1,1.9,1c\n2,0.8,1b\n");
    assert_eq!(cm.rows(sizes), ["1.9|1.9", "0.8|0.8"]);
    let open = indexed("ID,Tumor size\n1,1.9\n2,12 mm\n");
    assert_eq!(open.rows(sizes), ["-|1.9", "1.2|12 mm"]);
    assert_eq!(open.findings("size-unit-missing").len(), 1);
    let own = indexed("ID,Tumor size\n1,1.9cm\n2,12 mm\n");
    assert_eq!(own.findings("size-unit-missing"), [""; 0]);
    let named = indexed("ID,Tumor size (cm)\n1,1.9\n");
    assert_eq!(named.findings("size-unit-missing"), [""; 0]);
}

#[test]
fn a_size_column_of_metabric_is_not_silently_in_centimetres() {
    let Some(data) = shared("cases/clinical-16-metabric-size") else { return };
    let set = DataSet::new();
    set.put("METABRIC.csv", fs::read(data.join("data/METABRIC.csv")).unwrap());
    set.index(&["--profile", "generic"]);
    let sizes = set.rows("SELECT tumor_size_cm FROM patients ORDER BY tumor_size_raw");
    assert_eq!(sizes, ["1.0", "1.5", "1.9"]);
    assert_eq!(set.findings("size-unit-missing").len(), 1);
}

#[test]
fn birads_of_both_breasts_is_that_of_the_more_urgent() {
    let exams = [
        ("2 1 2", "agrees"),
        ("4A 4A 1", "agrees"),
        ("4A 4C 1", "disagrees"),
        ("4C 4A 1", "disagrees"),
        ("4 4C 1", "agrees"),
        ("4C 4 4A", "agrees"),
        ("4A 4 4B", "disagrees"),
        ("1 0 1", "disagrees"),
        ("2 0 -", "disagrees"),
        ("0 0 2", "agrees"),
        ("0 4 1", "agrees"),
        ("4 4 0", "agrees"),
        ("5 0 5", "agrees"),
        ("3 1 2", "disagrees"),
        ("2 - -", "agrees"),
        ("6 6 1", "agrees"),
    ];
    check(&exams, |exam| {
        let [both, left, right] =
            [0, 1, 2].map(|place| birads::parse(exam.split(' ').nth(place).unwrap()).into_value());
        let agrees = birads::agrees_with_sides(both.unwrap(), [left, right]);
        if agrees { "agrees" } else { "disagrees" }.to_owned()
    });
    let check_rule = |set: &DataSet| {
        let said = set.run(&["check", "--format", "csv"]);
        said.out.lines().find(|l| l.contains("birads-both")).unwrap_or_default().to_owned()
    };
    if let Some(set) = shared_case("clinical-18-both-4A-side-4C") {
        assert_eq!(set.findings("birads-both-mismatch").len(), 3);
        assert!(check_rule(&set).contains(",3,"), "{}", check_rule(&set));
    }
    if let Some(set) = shared_case("clinical-20-birads-0-and-benign") {
        assert_eq!(set.findings("birads-both-mismatch"), [""; 0]);
    }
}

const LOCATIONS: &[(&str, &str)] = &[
    ("Rt L/O", "R LOQ"),
    ("Rt I/L", "R LIQ"),
    ("Lt O/U", "L UOQ"),
    ("우측 내상", "R UIQ"),
    ("좌유방", "L -"),
    ("Rt. L/O quadrant", "R LOQ"),
    ("Lt U/O", "L UOQ"),
    ("Lt. U-O", "L UOQ"),
    ("Lt UO", "L UOQ"),
    ("Rt. breast, L/I quadrant", "R LIQ"),
    ("Right, L outer", "R LOQ"),
    ("Right, L. outer quadrant", "R LOQ"),
    ("Lt breast, U outer", "L UOQ"),
    ("L, outer", "L -"),
    ("L/O", "- LOQ"),
    ("좌우", "B -"),
    ("우좌", "B -"),
    ("좌우 유방", "B -"),
    ("Right breast, left normal", "R -"),
    ("Right UOQ (left normal)", "R UOQ"),
    ("left normal, right UOQ", "R UOQ"),
    ("좌측 상외측, 우측은 정상", "L UOQ"),
    ("우측은 정상이고 좌측 상외측", "L UOQ"),
    ("Right; s/p left mastectomy", "R -"),
    ("s/p left mastectomy, right 10 o'clock", "R UOQ"),
    ("좌측 유방 전절제술 후, 우측 하내측", "R LIQ"),
    ("s/p left mastectomy", "!"),
    ("left normal", "!"),
    ("right left normal", "- -?"),
    ("left UOQ, left LIQ", "L -?"),
    ("left UOQ, right UOQ", "B UOQ"),
    ("left 2 o'clock UOQ", "L UOQ"),
    ("left 10 o'clock UIQ", "L UIQ"),
    ("right 2 o'clock UIQ", "R UIQ"),
    ("right 10 o'clock UOQ", "R UOQ"),
    ("left 10 o'clock UOQ", "L -?"),
    ("right 10 o'clock UIQ", "R -?"),
    ("left 3 o'clock UIQ", "L -?"),
    ("left 3 o'clock UOQ", "L UOQ"),
    ("right 9 o'clock outer", "R -"),
    ("right 9 o'clock inner", "R -?"),
    ("left 6 o'clock upper", "L -?"),
    ("left 12 o'clock upper", "L -"),
    ("left 12 o'clock subareolar", "L central"),
    ("좌측 10시 방향 상외측", "L -?"),
    ("우측 10시 방향 상외측", "R UOQ"),
    ("left?", "L -?"),
];

#[test]
fn a_location_is_that_of_the_tumour() {
    check(LOCATIONS, place_of);
    let Some(set) = shared_case("clinical-11-location") else { return };
    let sides = set.rows("SELECT tumor_side, tumor_quadrant FROM patients ORDER BY case_id");
    let expected = ["R|LOQ", "R|LOQ", "L|UOQ", "R|LIQ", "R|LOQ", "B|-", "B|-", "B|-", "R|-"];
    assert_eq!(sides, expected);
}

/// What people and programs add to a cell: spaces, footnotes, brackets, units and Korean endings.
const DECORATIONS: &[(&str, &str)] = &[
    (" ", " "),
    ("\u{a0}", "\u{a0}"),
    ("\u{200b}", "\u{feff}"),
    ("'", ""),
    ("", "*"),
    ("", "**"),
    ("", "†"),
    ("", " 1)"),
    ("", "¹"),
    ("", " ²"),
    ("", "[1]"),
    ("(", ")"),
    ("[", "]"),
    ("\"", "\""),
    ("", "?"),
    ("", " (추정)"),
    ("약 ", ""),
    ("", "입니다"),
    ("", "임"),
    ("", "로 추정"),
    ("", " stage"),
    ("", "병기"),
    ("", " cm"),
    ("", " mm"),
    ("", "."),
    ("", ","),
    ("", ";"),
    ("=", ""),
    ("≤", ""),
    ("", "~"),
    ("-", ""),
    ("", "-"),
    ("", "/"),
    ("not ", ""),
    ("", " 아님"),
];

/// Full-width forms of ASCII, as Korean input methods write them.
fn full_width(text: &str) -> String {
    let wide = |c: char| match c {
        '!'..='~' => char::from_u32(c as u32 + 0xFEE0).unwrap(),
        ' ' => '\u{3000}',
        other => other,
    };
    text.chars().map(wide).collect()
}

/// The decorated texts whose value, read without doubt, is another one than that of the plain text.
fn misread<T: PartialEq>(texts: &[&str], read: impl Fn(&str) -> ParseOutcome<T>) -> Vec<String> {
    let mut wrong = Vec::new();
    for text in texts {
        let plain = read(text).into_value();
        assert!(plain.is_some(), "{text:?}");
        assert!(read(&full_width(text)).into_value() == plain, "{text:?} in full width");
        for (before, after) in DECORATIONS {
            for decorated in
                [format!("{before}{text}{after}"), full_width(&format!("{before}{text}{after}"))]
            {
                if let ParseOutcome::Value(value) = read(&decorated)
                    && Some(&value) != plain.as_ref()
                {
                    wrong.push(decorated);
                }
            }
        }
    }
    wrong
}

#[test]
fn a_decorated_cell_has_its_value_a_doubt_or_none() {
    let t = ["T1c", "pT2", "ypT1mi", "Tis", "4b", "1", "2", "TX", "pT1c(m)", "T3"];
    assert_eq!(misread(&t, stage::parse_t), [""; 0]);
    let n = ["N0", "pN1a", "N0(i+)", "1mi", "2", "NX", "N3c", "pN1a(sn)"];
    assert_eq!(misread(&n, stage::parse_n), [""; 0]);
    let categories = ["4A", "4a", "4", "BI-RADS 4C", "0", "범주 3", "Category 2", "5"];
    assert_eq!(misread(&categories, birads::parse), [""; 0]);
    let types = ["IDC", "Invasive ductal carcinoma", "DCIS", "침윤성 유관암", "Mucinous carcinoma"];
    assert_eq!(misread(&types, histology::parse), [""; 0]);
    let places = ["Lt. breast UOQ", "Breast, left", "우측 상외측", "right breast, 10 o'clock"];
    let side = |text: &str| location::parse(text).map(|place| place.side);
    assert_eq!(misread(&places, side), [""; 0]);
    let quadrant = |text: &str| match location::parse(text) {
        ParseOutcome::Value(TumourLocation { quadrant: None, .. }) => ParseOutcome::Empty,
        other => other.map(|place| place.quadrant),
    };
    assert_eq!(misread(&places[..1], quadrant), [""; 0]);
    assert_eq!(misread(&places[2..], quadrant), [""; 0]);
    let doubtful = ["Left upper center 12 o'clock", "Rt. U/O & L/O", "Rt UOQ and Rt LOQ"];
    for text in doubtful {
        let ParseOutcome::Doubtful(place, _) = location::parse(text) else { panic!("{text}") };
        assert_eq!(place.quadrant, None, "{text}");
    }
    let place = location::parse("오른쪽 위 바깥쪽").into_value().unwrap();
    assert_eq!(place.quadrant, Some("UOQ"));
    let place = location::parse("Rt (primary), Lt (contralateral prophylactic)").into_value();
    assert_eq!(
        place.and_then(|place| place.side).map(|side| format!("{side:?}")).as_deref(),
        Some("R")
    );
    let place = location::parse("Lt UOQ (no skin invasion)").into_value().unwrap();
    assert_eq!((place.side.is_some(), place.quadrant), (true, Some("UOQ")));
    // A unit of its own is a value of its own.
    let sizes = ["1.8 cm", "18 mm", "1.8x1.2 cm", "2.0cm"];
    assert_eq!(misread(&sizes, size::parse_cm), [""; 0]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_diagnosis_with_a_slip_is_that_diagnosis_or_in_doubt(
        which in 0_usize..6, at in any::<prop::sample::Index>(), letter in "[a-z가-힣 ]", how in 0_u8..3
    ) {
        let texts = ["Invasive ductal carcinoma", "Invasive lobular carcinoma", "Mucinous carcinoma",
            "Medullary carcinoma", "침윤성 유관암", "침윤성 소엽암"];
        let mut letters: Vec<char> = texts[which].chars().collect();
        let plain = histology::parse(texts[which]).into_value().unwrap();
        let place = at.index(letters.len());
        match how {
            0 => { letters.remove(place); }
            1 => letters.insert(place, letter.chars().next().unwrap()),
            _ => letters[place] = letter.chars().next().unwrap(),
        }
        let slip: String = letters.into_iter().collect();
        if let ParseOutcome::Value(kind) = histology::parse(&slip) {
            prop_assert!(kind.icdo3 == plain.icdo3 || kind.group == "carcinoma", "{slip:?}: {}", kind.icdo3);
        }
    }
}
