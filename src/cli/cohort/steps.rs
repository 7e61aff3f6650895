//! The steps of `cohort create`: options whose order on the command line counts.

use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};

use crate::cohort::{Criterion, Filter};

/// The steps, in the order of the command line. Every one may be given more than once.
#[derive(Debug, Clone, Default)]
pub struct Steps(pub Vec<Filter>);

/// What the value is called, and what the option does.
fn help(criterion: Criterion) -> (&'static str, &'static str) {
    match criterion {
        Criterion::Union => ("COHORTS", "Who is in any of these cohorts"),
        Criterion::Intersect => ("COHORTS", "Who is in all of these cohorts"),
        Criterion::Except => ("COHORTS", "Who is in none of these cohorts"),
        Criterion::Sql => {
            ("QUERY", "Whom a query gives: a column case_id, and of other units theirs")
        }
        Criterion::Cases => {
            ("FILE", "The cases of a CSV file: its column case_id, or its only one")
        }
        Criterion::Diagnosis => ("GROUPS", "Groups: normal, benign, malignant"),
        Criterion::Birads => {
            ("CATEGORIES", "BI-RADS such as 4,5 or 4A: of the worse side, or of the breast")
        }
        Criterion::TStage => ("T", "T stage, such as '>=2', 1c or 2,3"),
        Criterion::NStage => ("N", "N stage, such as 0 or '>=1'"),
        Criterion::Histology => ("GROUPS", "Histology groups or ICD-O-3 codes, such as IDC,ILC"),
        Criterion::TumorSide => ("SIDES", "Side of the tumour: L, R, or B for both"),
        Criterion::Vendor => ("NAMES", "Makers of the device"),
        Criterion::View => ("VIEWS", "Only images of these views, and who has one"),
        Criterion::Where => (
            "CONDITION",
            "Any SQL condition on patients AS p (breasts AS b, images AS i, lesions AS l)",
        ),
    }
}

impl Args for Steps {
    fn augment_args(command: Command) -> Command {
        command.next_help_heading("Steps, in the order given").args(Criterion::ALL.map(
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

impl FromArgMatches for Steps {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut placed: Vec<(usize, Filter)> = Vec::new();
        for criterion in Criterion::ALL {
            let texts = matches.get_many::<String>(criterion.option()).into_iter().flatten();
            let places = matches.indices_of(criterion.option()).into_iter().flatten();
            let filter = |text: &String| Filter { criterion, text: text.clone() };
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
