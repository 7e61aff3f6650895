//! What a command does beside showing what the catalog contains, which a session of `--safe` refuses.

/// Something that a command does beside showing what the catalog contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommandEffect {
    /// It writes a file, or changes what is saved in the catalog.
    Writes(EffectTrigger),
    /// It starts a program.
    Starts(EffectTrigger),
}

/// The words with which a command has an effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EffectTrigger {
    /// Any, or none.
    Always,
    /// At least one word.
    AnyWord,
    /// A first word other than these.
    WordBeyond(&'static [&'static str]),
    /// A vertical bar before the words.
    Bar,
}

/// The effects of a command that only shows what the catalog contains. Where it runs a subcommand whose options name a
/// file to write, that file is refused with every other output of the session.
pub(super) const SHOWS: &[CommandEffect] = &[];
/// It writes, whatever its words.
pub(super) const WRITES: CommandEffect = CommandEffect::Writes(EffectTrigger::Always);
/// It writes the file that its words name.
pub(super) const WRITES_TO_FILE: CommandEffect = CommandEffect::Writes(EffectTrigger::AnyWord);
/// It starts a program, whatever its words.
pub(super) const STARTS: CommandEffect = CommandEffect::Starts(EffectTrigger::Always);

impl CommandEffect {
    /// Returns whether a command has the effect with these words, which follow its name as `rest`.
    pub(super) fn applies(self, rest: &str, words: &[String]) -> bool {
        let (Self::Writes(trigger) | Self::Starts(trigger)) = self;
        let first = words.first().map(String::as_str);
        match trigger {
            EffectTrigger::Always => true,
            EffectTrigger::AnyWord => first.is_some(),
            EffectTrigger::WordBeyond(known) => first.is_some_and(|word| !known.contains(&word)),
            EffectTrigger::Bar => rest.starts_with('|'),
        }
    }

    /// Returns the reason why `--safe` refuses a command with these words.
    pub(super) fn refusal(self, command: &str, words: &[String]) -> String {
        let (Self::Writes(trigger) | Self::Starts(trigger)) = self;
        let verb = words.first().filter(|_| matches!(trigger, EffectTrigger::WordBeyond(_)));
        let command = verb.map_or_else(|| command.to_owned(), |verb| format!("{command} {verb}"));
        match self {
            Self::Writes(_) => format!("{command} writes, which --safe does not allow"),
            Self::Starts(_) => format!("{command} starts a program, which --safe does not allow"),
        }
    }
}
