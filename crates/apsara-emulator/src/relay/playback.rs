//! Where in its list of files a task plays, and when the list is finished.

use super::rules::{Choice, Rules};
use super::settings::Settings;

/// Where a task plays: in which file, how many seconds into it, and how often the list was played before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Position {
    pub(crate) file_index: i32,
    pub(crate) offset: i64,
    rounds: i64,
}

impl Position {
    pub(crate) fn new(file_index: i32, offset: i64) -> Self {
        Self { file_index, offset, rounds: 0 }
    }

    /// Whether the list has no such file.
    pub(crate) fn is_beyond(self, settings: &Settings) -> bool {
        usize::try_from(self.file_index).is_ok_and(|index| index >= settings.source_urls.len())
    }

    /// Where a task that played here plays so many seconds later; of a live source there is no position.
    pub(crate) fn after(self, seconds: i64, settings: &Settings, rules: &Rules) -> Self {
        let Some(list) = List::new(settings, rules) else {
            let moves = settings.source_type.is_list();
            let offset = if moves { self.offset.saturating_add(seconds) } else { self.offset };
            return Self { offset, ..self };
        };
        let played = list.played(self).saturating_add(seconds);
        if list.all.is_some_and(|all| played >= all) {
            return Self { file_index: list.files - 1, offset: list.file, rounds: list.repeats };
        }
        let round = i64::from(list.files) * list.file;
        let in_round = played % round;
        Self {
            file_index: i32::try_from(in_round / list.file).unwrap_or_default(),
            offset: in_round % list.file,
            rounds: played / round,
        }
    }

    /// How many seconds are left of the list; nothing if it does not end.
    pub(crate) fn left(self, settings: &Settings, rules: &Rules) -> Option<i64> {
        let list = List::new(settings, rules)?;
        list.all.map(|all| (all - list.played(self)).max(0))
    }
}

/// A list whose files have a length, in seconds.
struct List {
    file: i64,
    files: i32,
    repeats: i64,
    /// All files as often as they are played; nothing if that is for ever.
    all: Option<i64>,
}

impl List {
    /// Nothing for a live source, and where files play for ever.
    fn new(settings: &Settings, rules: &Rules) -> Option<Self> {
        let file = if rules.has(Choice::FilesMinute) {
            60
        } else if rules.has(Choice::FilesTenMinutes) {
            600
        } else {
            return None;
        };
        let files = i32::try_from(settings.source_urls.len()).ok().filter(|files| *files > 0)?;
        let repeats = i64::from(settings.repeat_number);
        let all = (repeats >= 0).then(|| file * i64::from(files) * (repeats + 1));
        settings.source_type.is_list().then_some(Self { file, files, repeats, all })
    }

    fn played(&self, position: Position) -> i64 {
        let whole = position.rounds * i64::from(self.files) + i64::from(position.file_index);
        whole * self.file + position.offset.min(self.file)
    }
}
