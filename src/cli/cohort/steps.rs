//! The steps of `cohort create`: options whose order on the command line counts.

use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};

use crate::cohort::{CohortFilter, STEP_KINDS};

/// The steps, in the order of the command line; each may be repeated.
#[derive(Debug, Clone, Default)]
pub struct StepArgs(pub Vec<CohortFilter>);

impl Args for StepArgs {
    fn augment_args(command: Command) -> Command {
        let args = STEP_KINDS.iter().map(|kind| {
            Arg::new(kind.option)
                .long(kind.option)
                .value_name(kind.value_name)
                .help(kind.help)
                .action(ArgAction::Append)
        });
        command.next_help_heading("Steps, in the order given").args(args)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for StepArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut ordered: Vec<(usize, CohortFilter)> = Vec::new();
        for kind in STEP_KINDS {
            let texts = matches.get_many::<String>(kind.option).into_iter().flatten();
            let indices = matches.indices_of(kind.option).into_iter().flatten();
            let filter = |text: &String| CohortFilter { kind, text: text.clone() };
            ordered.extend(indices.zip(texts.map(filter)));
        }
        ordered.sort_by_key(|(index, _)| *index);
        Ok(Self(ordered.into_iter().map(|(_, filter)| filter).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
