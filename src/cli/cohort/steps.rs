//! The steps of `cohort create`: options whose order on the command line counts.

use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};

use crate::cohort::{CohortCriterion, CohortFilter};

/// The steps, in the order of the command line. Every one may be given more than once.
#[derive(Debug, Clone, Default)]
pub struct StepArgs(pub Vec<CohortFilter>);

/// What the value is called, and what the option does.
fn help(criterion: CohortCriterion) -> (&'static str, &'static str) {
    match criterion {
        CohortCriterion::Union => ("COHORTS", "Who is in any of these cohorts"),
        CohortCriterion::Intersect => ("COHORTS", "Who is in all of these cohorts"),
        CohortCriterion::Except => ("COHORTS", "Who is in none of these cohorts"),
        CohortCriterion::Sql => {
            ("QUERY", "Whom a query gives: a column case_id, and of other units theirs")
        }
        CohortCriterion::Cases => {
            ("FILE", "The cases of a CSV file: its column case_id, or its only one")
        }
        CohortCriterion::Diagnosis => ("GROUPS", "Groups: normal, benign, malignant"),
        CohortCriterion::Birads => {
            ("CATEGORIES", "BI-RADS such as 4,5 or 4A: of the worse side, or of the breast")
        }
        CohortCriterion::TStage => ("T", "T stage, such as '>=2', 1c or 2,3"),
        CohortCriterion::NStage => ("N", "N stage, such as 0 or '>=1'"),
        CohortCriterion::Histology => {
            ("GROUPS", "Histology groups or ICD-O-3 codes, such as IDC,ILC")
        }
        CohortCriterion::TumorSide => ("SIDES", "Side of the tumour: L, R, or B for both"),
        CohortCriterion::Vendor => ("NAMES", "Makers of the device"),
        CohortCriterion::View => ("VIEWS", "Only images of these views, and who has one"),
        CohortCriterion::Where => (
            "CONDITION",
            "Any SQL condition on patients AS p (breasts AS b, images AS i, lesions AS l)",
        ),
    }
}

impl Args for StepArgs {
    fn augment_args(command: Command) -> Command {
        command.next_help_heading("Steps, in the order given").args(CohortCriterion::ALL.map(
            |criterion| {
                let (value, help) = help(criterion);
                Arg::new(criterion.option())
                    .long(criterion.option())
                    .value_name(value)
                    .help(help)
                    .action(ArgAction::Append)
            },
        ))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for StepArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut placed: Vec<(usize, CohortFilter)> = Vec::new();
        for criterion in CohortCriterion::ALL {
            let texts = matches.get_many::<String>(criterion.option()).into_iter().flatten();
            let places = matches.indices_of(criterion.option()).into_iter().flatten();
            let filter = |text: &String| CohortFilter { criterion, text: text.clone() };
            placed.extend(places.zip(texts.map(filter)));
        }
        placed.sort_by_key(|(place, _)| *place);
        Ok(Self(placed.into_iter().map(|(_, filter)| filter).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
