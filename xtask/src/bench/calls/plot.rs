//! The plot of CPU per call: one bar for each client, on a logarithmic scale.

use std::fmt::Write as _;
use std::path::Path;

use super::Line;
use crate::run::Failure;

/// The width of the names, and of the bars.
const NAMES: f64 = 290.0;
const BARS: f64 = 520.0;
const ROW: f64 = 26.0;
/// The least that the scale shows, in µs.
const LEAST: f64 = 5.0;

/// Writes the plot.
pub(super) fn write(path: &Path, lines: &[Line]) -> Result<(), Failure> {
    std::fs::write(path, svg(lines)).map_err(|error| format!("{}: {error}", path.display()))
}

fn svg(lines: &[Line]) -> String {
    let most = lines.iter().map(|line| line.many.cpu).fold(LEAST * 10.0, f64::max) * 1.5;
    let length = |value: f64| ((value.max(LEAST) / LEAST).ln() / (most / LEAST).ln() * BARS).max(1.0);
    let bottom = 40.0 + ROW * lines.len() as f64;
    let (width, height) = (NAMES + BARS + 70.0, bottom + 26.0);
    let mut out = String::new();
    let _ = writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" \
         font-size=\"13\">\n<title>CPU per call with 64 calls under way</title>\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>\n\
         <text x=\"{NAMES}\" y=\"20\" font-weight=\"bold\">CPU µs per call, 64 under way (logarithmic)</text>"
    );
    let mut mark = 10.0;
    while mark < most {
        let x = NAMES + length(mark);
        let _ = writeln!(
            out,
            "<line x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"32\" y2=\"{bottom}\" stroke=\"#ddd\"/>\n\
             <text x=\"{x:.1}\" y=\"{:.0}\" text-anchor=\"middle\" fill=\"#666\">{mark}</text>",
            bottom + 16.0
        );
        mark *= 10.0;
    }
    for (index, line) in lines.iter().enumerate() {
        let y = 36.0 + ROW * index as f64;
        let (bar, text) = (length(line.many.cpu), y + 15.0);
        let color = if line.contestant.is_ours() { "#ff6a00" } else { "#8aa4bf" };
        let name = format!("{}, {}", line.contestant.name.replace("**", ""), line.contestant.signature);
        let _ = writeln!(
            out,
            "<text x=\"{:.0}\" y=\"{text}\" text-anchor=\"end\">{name}</text>\n\
             <rect x=\"{NAMES}\" y=\"{y}\" width=\"{bar:.1}\" height=\"20\" fill=\"{color}\"/>\n\
             <text x=\"{:.1}\" y=\"{text}\" fill=\"#333\">{:.1}</text>",
            NAMES - 8.0,
            NAMES + bar + 5.0,
            line.many.cpu
        );
    }
    out.push_str("</svg>\n");
    out
}
