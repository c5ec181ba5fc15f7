//! What stands on a command line: the program's own options, the words, and the parameters of an operation.

use std::ffi::OsString;

use crate::failure::Failure;

/// Holds a command line, taken apart.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Line {
    /// The program's own options with their values, as they stood there.
    pub(crate) options: Vec<String>,
    /// What is no option: the product and the operation.
    pub(crate) words: Vec<String>,
    /// What is an option, but none of the program's.
    pub(crate) parameters: Vec<Given>,
    /// Whether help is wanted.
    pub(crate) help: bool,
}

/// Holds a parameter as it was given.
#[derive(Debug, PartialEq)]
pub(crate) struct Given {
    pub(crate) name: String,
    /// Nothing where the name stood alone.
    pub(crate) value: Option<String>,
}

/// Takes a command line apart; the program's name is not in it.
pub(crate) fn split(arguments: impl IntoIterator<Item = OsString>) -> Result<Line, Failure> {
    split_by(&crate::options::command(), arguments)
}

/// Takes a command line apart whose own options are those of a command.
pub(crate) fn split_by(known: &clap::Command, arguments: impl IntoIterator<Item = OsString>) -> Result<Line, Failure> {
    let takes_value = |argument: &clap::Arg| argument.get_action().takes_values() && !argument.is_require_equals_set();
    let texts = arguments.into_iter().map(|word| {
        let shown = word.to_string_lossy().into_owned();
        word.into_string().map_err(|_| Failure::usage(format!("{shown} is not UTF-8")))
    });
    let mut texts = texts.collect::<Result<Vec<_>, _>>()?.into_iter().peekable();
    let mut line = Line::default();
    while let Some(text) = texts.next() {
        if matches!(text.as_str(), "-h" | "--help") {
            line.help = true;
        } else if let Some(option) = text.strip_prefix("--").filter(|option| !option.is_empty()) {
            let (name, value) = option.split_once('=').map_or((option, None), |(name, value)| (name, Some(value)));
            if let Some(argument) = known.get_arguments().find(|argument| argument.get_long() == Some(name)) {
                let with_next = value.is_none() && takes_value(argument);
                line.options.push(text);
                line.options.extend(with_next.then(|| texts.next()).flatten());
            } else {
                let value = value.map(str::to_owned).or_else(|| texts.next_if(|next| is_value(next)));
                line.parameters.push(Given { name: name.to_owned(), value });
            }
        } else if let Some(letter) = text.strip_prefix('-').and_then(|option| option.chars().next()) {
            let argument = known.get_arguments().find(|argument| argument.get_short() == Some(letter));
            let argument = argument.ok_or_else(|| Failure::usage(format!("there is no option -{letter}")))?;
            let with_next = text.len() == 2 && takes_value(argument);
            line.options.push(text);
            line.options.extend(with_next.then(|| texts.next()).flatten());
        } else {
            line.words.push(text);
        }
    }
    Ok(line)
}

/// Returns whether a word is the value of the option before it: an option is not, but a negative number is.
fn is_value(word: &str) -> bool {
    word == "-" || !word.starts_with('-') || word.parse::<f64>().is_ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn line(words: &str) -> Line {
        split(words.split(' ').map(OsString::from)).unwrap()
    }

    #[test]
    fn options_stand_anywhere() {
        let one = line("--output json live restart --task-id a --yes --Region=b -o csv --emulator --deadline=3s");
        assert_eq!(one.options, ["--output", "json", "--yes", "-o", "csv", "--emulator", "--deadline=3s"]);
        assert_eq!(one.words, ["live", "restart"]);
        let given = |name: &str, value: &str| Given { name: name.to_owned(), value: Some(value.to_owned()) };
        assert_eq!(one.parameters, [given("task-id", "a"), given("Region", "b")]);
        assert!(!one.help && line("live -h").help);
    }

    #[test]
    fn a_negative_number_and_a_dash_are_values_and_an_option_is_not() {
        let one = line("live update --repeat-number -1 --body - --enable --tag.1.key=-x");
        let values: Vec<Option<&str>> = one.parameters.iter().map(|given| given.value.as_deref()).collect();
        assert_eq!(values, [Some("-1"), Some("-"), None, Some("-x")]);
    }

    #[test]
    fn an_option_that_nobody_knows_is_refused() {
        let error = split([OsString::from("-z")]).unwrap_err();
        assert_eq!(error.to_string(), "there is no option -z");
    }
}
