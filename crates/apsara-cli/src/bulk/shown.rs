//! How far a run is, for whoever sits there.

use std::time::{Duration, Instant};

use apsara_bulk::Progress;

use crate::terminal;

/// The most columns of a bar, and the fewest: one that is smaller says less than it takes room.
const BAR: (usize, usize) = (20, 4);

/// Shows how far the run is: a line that changes on a terminal, else one every ten seconds.
pub(super) struct Shown {
    draws: bool,
    last: Option<Instant>,
}

impl Shown {
    pub(super) fn new() -> Self {
        Self { draws: terminal::can_draw(), last: None }
    }

    pub(super) fn show(&mut self, progress: &Progress) {
        let pause = if self.draws { Duration::from_millis(100) } else { Duration::from_secs(10) };
        let is_last = progress.ended == progress.calls;
        if !is_last && self.last.is_some_and(|last| last.elapsed() < pause) {
            return;
        }
        self.last = Some(Instant::now());
        let text = progress.to_string();
        if self.draws {
            terminal::draw(&with_bar(&text, progress.ended, progress.calls, terminal::line_width()), "");
        } else {
            terminal::tell(&text);
        }
    }

    /// Leaves the line that changes behind.
    pub(super) fn end(&self) {
        if self.draws && self.last.is_some() {
            terminal::tell("");
        }
    }
}

/// Draws how much is done in front of a text, in what it leaves of so many columns.
fn with_bar(text: &str, done: u64, of: u64, columns: usize) -> String {
    let room = columns.saturating_sub(text.len() + "[] ".len()).min(BAR.0);
    if room < BAR.1 {
        return text.to_owned();
    }
    let full = u128::from(done) * room as u128 / u128::from(of.max(1));
    let full = usize::try_from(full).unwrap_or(room).min(room);
    format!("[{}{}] {text}", "#".repeat(full), "-".repeat(room - full))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_takes_the_room_that_the_text_leaves() {
        let text = "12345/20000 calls, 12345 done, 0 failed, 0 unknown, 10.0/s, 12m left";
        assert_eq!(with_bar(text, 1, 2, 100), format!("[{}{}] {text}", "#".repeat(10), "-".repeat(10)));
        let narrow = with_bar(text, 1, 2, 79);
        assert_eq!((narrow.len(), narrow), (79, format!("[####----] {text}")));
        assert_eq!(with_bar(text, 1, 2, 74), text);
        assert_eq!(with_bar("", u64::MAX, u64::MAX, 9), "[######] ");
        assert_eq!(with_bar("", 3, 0, 9), "[######] ");
    }
}
