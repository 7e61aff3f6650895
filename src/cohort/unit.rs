//! What the members of a cohort are, and how each kind is named in SQL.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What one member of a cohort is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MemberUnit {
    /// A case, with all of its images.
    #[default]
    Patient,
    /// One side of a case, with the images of that side.
    Breast,
    /// One image.
    Image,
    /// One contour, with the image that it lies on.
    Lesion,
}

impl MemberUnit {
    /// Every unit, the largest first.
    pub const ALL: [Self; 4] = [Self::Patient, Self::Breast, Self::Image, Self::Lesion];

    /// The name that options, files and messages use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Patient => "patient",
            Self::Breast => "breast",
            Self::Image => "image",
            Self::Lesion => "lesion",
        }
    }

    /// The table that has one row per member.
    pub fn table(self) -> &'static str {
        match self {
            Self::Patient => "patients",
            Self::Breast => "breasts",
            Self::Image => "images",
            Self::Lesion => "lesions",
        }
    }

    /// The columns that identify a member; the case comes first.
    pub fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Patient => &["case_id"],
            Self::Breast => &["case_id", "laterality"],
            Self::Image => &["case_id", "path"],
            Self::Lesion => &["case_id", "annotation_path", "label", "view", "lesion_id"],
        }
    }

    /// The name that a member's row has in conditions.
    pub(super) fn alias(self) -> &'static str {
        match self {
            Self::Patient => "p",
            Self::Breast => "b",
            Self::Image => "i",
            Self::Lesion => "l",
        }
    }

    /// Every member of the catalog, with the relations that conditions may refer to: `p` the patient,
    /// `b` the breast, `i` the image, `l` the lesion. Contours that a newer delivery replaces are not
    /// members.
    pub(super) fn base(self) -> &'static str {
        match self {
            Self::Patient => "patients AS p",
            Self::Breast => "breasts AS b\nJOIN patients AS p ON p.case_id = b.case_id",
            Self::Image => {
                "images AS i\nJOIN patients AS p ON p.case_id = i.case_id\n\
                 LEFT JOIN breasts AS b ON b.case_id = i.case_id AND b.laterality = i.laterality"
            }
            Self::Lesion => {
                "(FROM lesions WHERE superseded IS NOT TRUE) AS l\n\
                 JOIN patients AS p ON p.case_id = l.case_id\n\
                 LEFT JOIN breasts AS b ON b.case_id = l.case_id AND b.laterality = l.laterality\n\
                 LEFT JOIN images AS i ON i.path = l.image_path"
            }
        }
    }

    /// The columns of a saved query: the keys of each member, and of a lesion the image.
    pub(super) fn selection(self) -> String {
        let alias = self.alias();
        let mut columns: Vec<String> =
            self.keys().iter().map(|key| format!("{alias}.{key}")).collect();
        if self == Self::Lesion {
            columns.push("l.image_path".to_owned());
        }
        columns.join(", ")
    }

    /// The columns that members are sorted by.
    pub(super) fn order(self) -> String {
        let alias = self.alias();
        let keys: Vec<String> = self.keys().iter().map(|key| format!("{alias}.{key}")).collect();
        keys.join(", ")
    }

    /// The condition that a member of the base is in the rows of a query.
    pub(super) fn is_in(self, query: &str) -> String {
        let alias = self.alias();
        let same = |key: &&str| match (self, *key) {
            (Self::Patient, _) => format!("CAST(u.{key} AS VARCHAR) = {alias}.{key}"),
            // An annotation file may name no view and have no labels.
            (Self::Lesion, "label" | "view") => {
                format!("u.{key} IS NOT DISTINCT FROM {alias}.{key}")
            }
            _ => format!("u.{key} = {alias}.{key}"),
        };
        let same: Vec<String> = self.keys().iter().map(same).collect();
        format!("EXISTS (SELECT 1 FROM (\n{query}\n) AS u WHERE {})", same.join(" AND "))
    }

    /// The condition that an image `i` belongs to a row `u` of members.
    pub(super) fn covers(self) -> &'static str {
        match self {
            Self::Patient => "u.case_id = i.case_id",
            Self::Breast => "u.case_id = i.case_id AND u.laterality = i.laterality",
            Self::Image => "u.path = i.path",
            Self::Lesion => "u.image_path = i.path",
        }
    }
}

impl fmt::Display for MemberUnit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
