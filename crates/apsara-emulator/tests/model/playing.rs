//! How the model plays lists: file by file.

use crate::machine::{Machine, Task};
use crate::table::has;

/// How long a file is under the rules that give it a length.
const FILE: i64 = 60;

impl Machine<'_> {
    /// When the list of a running task is finished.
    pub(crate) fn list_end(&self, task: &Task) -> Option<i64> {
        let ends = task.plan.is_list && task.plan.repeat >= 0 && has(self.rules, "files-1m");
        if !ends || has(self.rules, "finished-runs") {
            return None;
        }
        let files = i64::try_from(task.plan.files).unwrap();
        let after = i64::try_from(task.file).unwrap() + 1;
        let rounds = task.plan.repeat - task.round;
        let left = FILE - task.offset.min(FILE) + FILE * (files - after + files * rounds);
        Some(task.seen + if rounds < 0 { 0 } else { left })
    }

    /// Plays a running list up to a time, file by file.
    pub(crate) fn play(&mut self, at: usize, time: i64) {
        let files_end = has(self.rules, "files-1m");
        let task = &mut self.tasks[at];
        let mut seconds = time - std::mem::replace(&mut task.seen, time);
        if task.status != "Running" || !task.plan.is_list {
            return;
        }
        if !files_end {
            task.offset += seconds;
            return;
        }
        let repeat = task.plan.repeat;
        let last = task.plan.files - 1;
        if repeat >= 0 && task.round > repeat {
            (task.file, task.offset, task.round) = (last, FILE, repeat);
            return;
        }
        loop {
            let played = task.offset.min(FILE);
            if seconds < FILE - played {
                task.offset = played + seconds;
                return;
            }
            seconds -= FILE - played;
            if task.file < last {
                task.file += 1;
            } else if repeat < 0 || task.round < repeat {
                (task.file, task.round) = (0, task.round + 1);
            } else {
                task.offset = FILE;
                return;
            }
            task.offset = 0;
        }
    }
}
