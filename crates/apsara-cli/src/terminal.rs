//! What is known of the terminal.

use std::io::{IsTerminal, Write as _};

/// Says whether colours are used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless NO_COLOR is set.
    #[default]
    Auto,
    /// Also into a pipe.
    Always,
    /// Nowhere.
    Never,
}

/// What a text is marked as.
#[derive(Clone, Copy)]
pub(crate) enum Style {
    Bold,
    Dim,
    Red,
    Green,
    Yellow,
    Cyan,
}

/// Marks texts, or leaves them as they are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Paint {
    colored: bool,
}

impl Paint {
    /// Decides for what goes to `stream`.
    pub(crate) fn of(color: Color, stream: &impl IsTerminal) -> Self {
        let wanted = || {
            let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
            set("NO_COLOR").is_none() && set("TERM").is_none_or(|term| term != "dumb")
        };
        let colored = match color {
            Color::Auto => stream.is_terminal() && wanted(),
            Color::Always => true,
            Color::Never => false,
        };
        Self { colored }
    }

    /// Leaves every text as it is.
    #[cfg(test)]
    pub(crate) const PLAIN: Self = Self { colored: false };

    /// Marks a text.
    pub(crate) fn mark(self, style: Style, text: &str) -> String {
        if !self.colored || text.is_empty() {
            return text.to_owned();
        }
        let code = match style {
            Style::Bold => 1,
            Style::Dim => 2,
            Style::Red => 31,
            Style::Green => 32,
            Style::Yellow => 33,
            Style::Cyan => 36,
        };
        format!("\x1b[{code}m{text}\x1b[0m")
    }
}

/// Returns how many columns the terminal has, where the output goes to one.
pub(crate) fn width() -> Option<usize> {
    let stdout = std::io::stdout();
    if !stdout.is_terminal() {
        return None;
    }
    Some(terminal_size::terminal_size_of(stdout).map_or(80, |(width, _)| usize::from(width.0)))
}

/// Tells whoever sits there a text, beside the output and with nothing in it that steers the terminal.
pub(crate) fn tell(text: &str) {
    // What cannot be told there can be told nowhere.
    let _ = writeln!(std::io::stderr(), "{}", harmless(text));
}

/// Returns a text in one line, without the characters that steer a terminal.
pub(crate) fn in_one_line(text: &str) -> String {
    harmless(text).replace(['\n', '\t'], " ")
}

/// Returns a text without the characters that steer a terminal: what a cloud answers must not.
pub(crate) fn harmless(text: &str) -> String {
    if !text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
        return text.to_owned();
    }
    text.chars().map(|c| if c.is_control() && c != '\n' && c != '\t' { '\u{fffd}' } else { c }).collect()
}
