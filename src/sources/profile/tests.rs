use super::*;

#[test]
fn every_built_in_profile_reads() {
    assert_eq!(Profile::built_in().len(), crate::schema::PROFILES.len());
}

#[test]
fn cases_of_the_release_are_found_everywhere() {
    let ncc = Profile::find("ncc").unwrap();
    let case = |path, id| {
        ncc.image_case(path, id, false, &mut RecentPatientIds::default()).map(|v| v.case_id)
    };
    assert_eq!(case("dcm/Cancer/Cancer_00001/LCC.dcm", None).as_deref(), Some("Cancer_00001"));
    assert_eq!(
        case("dcm/Benign_additional/Benign_additional_00012/x.dcm", None).as_deref(),
        Some("Benign_additional_00012")
    );
    assert_eq!(case("a/b.dcm", Some("normal_7")).as_deref(), Some("Normal_00007"));
    assert_eq!(case("a/b.dcm", Some("Hong Gildong")), None);
    let verdict = ncc
        .image_case(
            "Cancer_00001/LCC.dcm",
            Some("Cancer_00002"),
            false,
            &mut RecentPatientIds::default(),
        )
        .unwrap();
    assert_eq!(verdict.against.as_deref(), Some("Cancer_00002"));
    let cancer = ncc.group_in("01_악성군 임상정보");
    assert_eq!(ncc.case(RuleSource::Workbook, "1", cancer).unwrap().id, "Cancer_00001");
    assert_eq!(ncc.case(RuleSource::Workbook, "1", None), None);
    assert_eq!(ncc.group_in("Benign_additional.xlsx").unwrap().name, "Benign_additional");
    assert!(ncc.group_in("cancerous").is_none());
}

#[test]
fn an_identifying_patient_id_becomes_a_pseudonym() {
    let generic = Profile::find("generic").unwrap();
    let mut recent = RecentPatientIds::default();
    let hidden = generic.image_case("a/b", Some("12345678"), false, &mut recent).unwrap().case_id;
    let again = generic.image_case("a/c", Some("12345678"), false, &mut recent);
    assert_eq!(again.unwrap().case_id, hidden);
    assert!(hidden.starts_with('P') && hidden.len() == 17 && !hidden.contains("12345678"));
    assert_eq!(
        generic.image_case("a/b", Some("anon-1"), true, &mut recent).unwrap().case_id,
        "anon-1"
    );
}
