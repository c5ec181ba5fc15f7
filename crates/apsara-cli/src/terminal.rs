//! What is known of the terminal.

use std::io::{self, IsTerminal, Write as _};

use unicode_width::UnicodeWidthStr as _;

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
        let wanted = || set("NO_COLOR").is_none() && !is_dumb();
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

/// Returns whether somebody sits there who sees a line that changes.
pub(crate) fn can_draw() -> bool {
    io::stderr().is_terminal() && !is_dumb()
}

/// Returns whether the terminal says that nothing steers it.
fn is_dumb() -> bool {
    set("TERM").is_some_and(|term| term == "dumb")
}

/// Returns a variable that says something.
fn set(name: &str) -> Option<std::ffi::OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// Returns how many columns the terminal has, where the output goes to one.
pub(crate) fn width() -> Option<usize> {
    let stdout = io::stdout();
    stdout.is_terminal().then(|| columns(terminal_size::terminal_size_of(&stdout)))
}

/// Returns how many columns a line that changes may have: where it filled the last one too, it would go on in the next line.
pub(crate) fn line_width() -> usize {
    columns(terminal_size::terminal_size_of(io::stderr())) - 1
}

/// Returns how many columns a terminal has: at least one, and the usual number where it does not say.
fn columns(size: Option<(terminal_size::Width, terminal_size::Height)>) -> usize {
    size.map_or(80, |(width, _)| usize::from(width.0).max(1))
}

/// Tells whoever sits there a text, beside the output and with nothing in it that steers the terminal.
pub(crate) fn tell(text: &str) {
    // What cannot be told there can be told nowhere.
    let _ = writeln!(io::stderr(), "{}", harmless(text));
}

/// Shows whoever sits there a line that changes, in the place of what it was before: as much of `text` as there is room for, and `end`.
pub(crate) fn draw(text: &str, end: &str) {
    let end = in_one_line(end);
    let text = cut(&in_one_line(text), line_width().saturating_sub(end.width()));
    put(&format!("\r{text}{end}\x1b[K"));
}

/// Takes a line that changes away.
pub(crate) fn draw_nothing() {
    put("\r\x1b[2K");
}

/// Writes a text as it is beside the output, for as long as somebody sits there: a terminal that goes away ends nothing.
fn put(text: &str) {
    let mut stderr = io::stderr().lock();
    let _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
}

/// Asks whoever sits there, and returns the line that is typed.
pub(crate) fn ask(question: &str) -> io::Result<String> {
    let mut stderr = io::stderr();
    stderr.write_all(harmless(question).as_bytes())?;
    stderr.flush()?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    Ok(answer)
}

/// Asks whether to go on; nothing but a yes is one.
pub(crate) fn ask_whether(question: &str) -> io::Result<bool> {
    let answer = ask(&format!("{question} [y/N] "))?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}

/// Cuts a text to so many columns of a terminal.
pub(crate) fn cut(text: &str, most: usize) -> String {
    if text.width() <= most {
        return text.to_owned();
    }
    let Some(room) = most.checked_sub(1) else { return String::new() };
    let mut out = String::new();
    for letter in text.chars() {
        if out.width() + letter.to_string().width() > room {
            break;
        }
        out.push(letter);
    }
    out.push('…');
    out
}

/// Returns a text in one line, without the characters that steer a terminal.
pub(crate) fn in_one_line(text: &str) -> String {
    harmless(text).replace(['\n', '\t'], " ")
}

/// Returns a text without the characters that steer a terminal: what a cloud answers must not.
pub(crate) fn harmless(text: &str) -> String {
    if !text.contains(steers) {
        return text.to_owned();
    }
    text.chars().map(|c| if steers(c) { '\u{fffd}' } else { c }).collect()
}

/// Returns whether a character steers a terminal, or has it show text in another order than it stands there.
pub(crate) fn steers(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
