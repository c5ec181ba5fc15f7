//! The table of what was measured, and what is wanted of it.

use std::fmt::Write as _;

use super::clients::Program;
use super::{Line, PEERS};
use crate::bench::page::thousands;

/// The client whose CPU per call is the unit of the table.
const UNIT: &str = "raw-reqwest";

/// Writes what was measured as Markdown.
pub(super) fn write(lines: &[Line], rounds: usize, load: &[f64; 2]) -> String {
    let mut out = String::new();
    let unit = lines.iter().find(|line| line.contestant.id == UNIT).map(|line| line.many.cpu);
    let _ = writeln!(
        out,
        "Medians of {rounds} rounds, of {} for those that others published. {}\n\
         The load was {:.1} when the rounds began and {:.1} when they ended.\n",
        rounds.div_ceil(PEERS),
        machine(),
        load[0],
        load[1]
    );
    out.push_str("| client | signature | CPU µs | in raw reqwest | calls/s | CPU µs, one by one | calls/s, one by one | allocations | MiB |\n");
    out.push_str("|---|---|---:|---:|---:|---:|---:|---:|---:|\n");
    for line in lines {
        let ratio = unit.map_or_else(|| "–".to_owned(), |unit| format!("{:.2}", line.many.cpu / unit));
        let counted = line.allocations.map_or_else(|| "–".to_owned(), |count| format!("{count:.0}"));
        let _ = writeln!(
            out,
            "| {} | {} | {} | {ratio} | {} | {} | {} | {counted} | {:.0} |",
            line.contestant.name,
            line.contestant.signature,
            short(line.many.cpu),
            thousands(line.many.calls_per_second),
            short(line.one.cpu),
            thousands(line.one.calls_per_second),
            line.memory,
        );
    }
    wanted(&mut out, lines);
    out
}

/// Adds what is wanted of the ratios of CPU per call, and of allocations.
fn wanted(out: &mut String, lines: &[Line]) {
    let find =
        |id: &str| lines.iter().find(|line| line.contestant.program == Program::Rust && line.contestant.id == id);
    let mut rows = Vec::new();
    for way in ["v1-hyper", "v3-hyper", "v1-reqwest", "v3-reqwest"] {
        let (Some(ours), Some(tuned)) = (find(&format!("ours-{way}")), find(&format!("by-hand-{way}"))) else {
            continue;
        };
        let (signature, on) = way.split_once('-').unwrap_or((way, ""));
        let what = format!("{}, {on}, to tuned by hand", signature.to_uppercase());
        rows.push((format!("{what}: CPU"), ours.many.cpu / tuned.many.cpu, 1.10));
        if let (Some(ours), Some(tuned)) = (ours.allocations, tuned.allocations) {
            rows.push((format!("{what}: allocations more"), (ours - tuned).round(), 4.0));
        }
    }
    if let Some(ours) = find("ours-v3-hyper") {
        let most = |line: &&Line| match (line.contestant.id, line.contestant.program) {
            (UNIT, _) => Some(0.70),
            ("aws-sdk-ivs", _) => Some(1.0 / 8.0),
            ("aliyun-openapi-core" | "alibaba-cloud-sdk", _) => Some(1.0 / 5.0),
            (_, Program::Python) => Some(1.0 / 30.0),
            _ => None,
        };
        for line in lines {
            if let Some(most) = most(&line) {
                rows.push((
                    format!("V3, hyper, to {}: CPU", line.contestant.name),
                    ours.many.cpu / line.many.cpu,
                    most,
                ));
            }
        }
    }
    if rows.is_empty() {
        return;
    }
    out.push_str("\n| Apsara | measured | at most | reached |\n|---|---:|---:|---|\n");
    for (what, measured, most) in rows {
        let reached = if measured <= most { "yes" } else { "**no**" };
        let number = |value: f64| if value.fract() == 0.0 { format!("{value:.0}") } else { format!("{value:.3}") };
        let _ = writeln!(out, "| {what} | {} | {} | {reached} |", number(measured), number(most));
    }
}

/// Says what the machine is, as far as it matters: how many CPUs, of which kind.
fn machine() -> String {
    let cpus = std::thread::available_parallelism().map_or(0, usize::from);
    format!("{cpus} CPUs, {} on {}.", std::env::consts::ARCH, std::env::consts::OS)
}

fn short(value: f64) -> String {
    if value < 100.0 { format!("{value:.1}") } else { thousands(value) }
}
