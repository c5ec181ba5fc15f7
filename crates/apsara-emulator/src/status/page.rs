//! What stands on the page.

use std::collections::BTreeMap;

use super::html::{Cell, escape, table};
use crate::clock::{Clock, Reading, format_utc};
use crate::control::written_rule;
use crate::relay::{TaskSnapshot, TaskStatus};
use crate::server::Shared;
use crate::trace::TraceEntry;

/// How many tasks and requests are shown; the control API has the others.
const MOST: usize = 100;
const LAST: usize = 50;
/// After how many seconds the page is asked for again.
const REFRESH: u32 = 5;

/// Everything that is shown, read under one lock so that it belongs together.
struct Seen {
    tasks: Vec<TaskSnapshot>,
    calls: Vec<(String, u16, u64)>,
    last: Vec<TraceEntry>,
}

/// Writes the page.
pub(super) fn write(shared: &Shared, host: &str, style: &str) -> String {
    let now = shared.clocks.world.now();
    let seen = shared.with_state(|state| Seen {
        tasks: state.relays.snapshot(now),
        calls: state.counters.calls().map(|(name, status, count)| (name.to_owned(), status, count)).collect(),
        last: state.trace.entries().iter().rev().take(LAST).cloned().collect(),
    });
    let host = escape(host);
    let body =
        [tiles(shared, &seen), tasks(&seen.tasks), calls(&seen.calls), faults(shared), last(&seen.last)].concat();
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta http-equiv=\"refresh\" content=\"{REFRESH}\"><link rel=\"icon\" href=\"data:,\">\
         <title>Apsara emulator at {host}</title><style>{style}</style></head><body><main>\n\
         <header><h1>Apsara emulator</h1><p class=\"soft\">{host}, shown anew every {REFRESH} seconds</p></header>\n\
         {body}</main></body></html>\n"
    )
}

fn tiles(shared: &Shared, seen: &Seen) -> String {
    let calls: u64 = seen.calls.iter().map(|(_, _, count)| count).sum();
    let refused: u64 = seen.calls.iter().filter(|(_, status, _)| *status >= 400).map(|(_, _, count)| count).sum();
    let faults: u64 = shared.faults.injected().values().sum();
    let running = seen.tasks.iter().filter(|task| task.status == TaskStatus::Running).count();
    let clock = |name: &str, clock: &Clock| {
        let manner = if matches!(clock.reading(), Reading::Frozen { .. }) { "frozen" } else { "running" };
        let time = format_utc(clock.now()).replace('T', " ").replace('Z', "");
        format!("<div class=\"time\"><dt>{name}</dt><dd>{time} <small>UTC, {manner}</small></dd></div>")
    };
    let tile = |name: &str, number: String| format!("<div><dt>{name}</dt><dd>{number}</dd></div>");
    [
        "<dl class=\"tiles\">".to_owned(),
        clock("Clock of tasks and tokens", &shared.clocks.world),
        clock("Clock of the gateway", &shared.clocks.gateway),
        tile("Running tasks", format!("{running} <small>of {}</small>", seen.tasks.len())),
        tile("Calls", calls.to_string()),
        tile("Refused", refused.to_string()),
        tile("Faults met", faults.to_string()),
        "</dl>\n".to_owned(),
    ]
    .concat()
}

fn section(title: &str, names: &[&str], rows: &[Vec<Cell>], none: &str, more: &str) -> String {
    let table = if rows.is_empty() { format!("<p class=\"soft\">{none}</p>") } else { table(names, rows) };
    let more = if more.is_empty() { String::new() } else { format!("<p class=\"soft more\">{}</p>", escape(more)) };
    format!("<section><h2>{title}</h2>\n{table}{more}</section>\n")
}

fn tasks(all: &[TaskSnapshot]) -> String {
    let shown = all.iter().rev().take(MOST);
    let rows: Vec<Vec<Cell>> = shown
        .map(|task| {
            let colour = match task.status {
                TaskStatus::Running => "good",
                TaskStatus::Recovering => "bad",
                TaskStatus::Idle => "wait",
                TaskStatus::Offline | TaskStatus::Exit => "calm",
            };
            vec![
                Cell::Mark(colour, task.status.as_str().to_owned()),
                Cell::Text(task.task_name.clone()),
                Cell::Code(task.task_id.clone()),
                Cell::Short(task.region.clone()),
                Cell::Short(task.account.clone()),
                Cell::Short(format!("file {}, {} s", task.current_file_index, task.current_offset)),
                Cell::Number(task.interruptions.into()),
            ]
        })
        .collect();
    let hidden = all.len().saturating_sub(MOST);
    let more = if hidden > 0 { format!("{hidden} older ones are not shown.") } else { String::new() };
    let names = ["State", "Name", "Task id", "Region", "Account", "Plays", "Interruptions"];
    section("Tasks", &names, &rows, "No task has been created.", &more)
}

fn calls(calls: &[(String, u16, u64)]) -> String {
    let mut by_operation: BTreeMap<&str, Vec<(u16, u64)>> = BTreeMap::new();
    for (operation, status, count) in calls {
        by_operation.entry(operation).or_default().push((*status, *count));
    }
    let rows: Vec<Vec<Cell>> = by_operation
        .into_iter()
        .map(|(operation, counts)| {
            let operation = if operation.is_empty() { "(none that exists)" } else { operation };
            let word = |status: u16| if status == 0 { "no answer".to_owned() } else { status.to_string() };
            let told: Vec<String> =
                counts.iter().map(|(status, count)| format!("{count} × {}", word(*status))).collect();
            vec![
                Cell::Text(operation.to_owned()),
                Cell::Text(told.join(", ")),
                Cell::Number(counts.iter().map(|(_, count)| count).sum()),
            ]
        })
        .collect();
    section("Calls", &["Operation", "Answers", "Calls"], &rows, "Nobody has called.", "")
}

fn faults(shared: &Shared) -> String {
    let rows: Vec<Vec<Cell>> = shared
        .faults
        .rules()
        .iter()
        .map(|(rule, seen)| {
            let written = written_rule(rule);
            vec![
                Cell::Mark("wait", rule.fault.kind().to_string()),
                Cell::Short(rule.operation.clone().unwrap_or_else(|| "every operation".to_owned())),
                Cell::Code(written),
                Cell::Number(*seen),
            ]
        })
        .collect();
    let injected = shared.faults.injected();
    let met: Vec<String> = injected.iter().map(|(kind, count)| format!("{count} × {kind}")).collect();
    let more = if met.is_empty() { String::new() } else { format!("Met so far: {}.", met.join(", ")) };
    section("Faults", &["Fault", "Operation", "Rule", "Calls seen"], &rows, "No rule is in force.", &more)
}

fn last(last: &[TraceEntry]) -> String {
    let rows: Vec<Vec<Cell>> = last
        .iter()
        .map(|entry| {
            let (colour, word) = match entry.status {
                0 => ("bad", "no answer".to_owned()),
                status if status < 400 => ("good", status.to_string()),
                status => ("bad", status.to_string()),
            };
            vec![
                Cell::Short(entry.time.get(11..23).unwrap_or(&entry.time).to_owned()),
                Cell::Mark(colour, word),
                Cell::Text(entry.operation.clone()),
                Cell::Text(entry.code.clone().unwrap_or_default()),
                Cell::Short(format!("{:.1} ms", entry.duration_us as f64 / 1000.0)),
                Cell::Text(entry.fault.unwrap_or_default().to_owned()),
                Cell::Code(entry.ram_actions.join(" ")),
            ]
        })
        .collect();
    let names = ["Time", "Status", "Operation", "Code", "Took", "Fault", "RAM action"];
    section("Last requests", &names, &rows, "Nobody has called.", "")
}
