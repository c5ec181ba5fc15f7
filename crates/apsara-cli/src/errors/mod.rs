//! `apsara errors`: what an error code means, where it comes from, and what to do.

use std::collections::BTreeMap;

use apsara_core::Outcome;
use apsara_core::generated::v1::fits_form;
use clap::Args;
use serde_json::{Value, json};

use crate::catalog::{Product, products};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{self, Format};
use crate::terminal::{Color, Paint, Style};
use crate::words::{hint, kebab};
pub(crate) use apsara_catalog::advice::{advice, again, explain, gateway_code};

/// How many operations are listed unless all are asked for.
const MOST: usize = 12;

/// What is searched for.
#[derive(Args)]
pub(crate) struct Options {
    /// The code, such as Throttling.User, or a pattern of several, such as 'Throttling*'.
    code: String,
    /// The one product to search.
    #[arg(long, value_name = "PRODUCT")]
    product: Option<String>,
    /// Lists every operation, however many there are.
    #[arg(long)]
    all: bool,
    /// How it is written; as text unless set.
    #[arg(long, short, value_enum, value_name = "FORMAT")]
    output: Option<Format>,
}

/// Where a code is documented.
struct Place {
    product: String,
    operation: String,
    status: u16,
    meaning: Option<String>,
}

/// Says what a code means, or lists those that a pattern fits.
pub(crate) fn run(options: &Options) -> Result<(), Failure> {
    let known = codes(options.product.as_deref())?;
    let lower = options.code.to_lowercase();
    let chosen: Vec<(&String, &Vec<Place>)> = match lower.contains('*') {
        true => known.iter().filter(|(code, _)| fits(&lower, &code.to_lowercase())).collect(),
        false => {
            let exact = known.get_key_value(&options.code);
            let any_case = || known.iter().find(|(code, _)| code.to_lowercase() == lower);
            exact.or_else(any_case).or_else(|| of_form(&known, &lower)).into_iter().collect()
        }
    };
    let not_found = || {
        let message =
            format!("no document has {}{}", options.code, hint(&options.code, known.keys().map(String::as_str)));
        Failure::new(Exit::NotFound, message)
            .with("search", format!("apsara errors '*{}*'", options.code.trim_matches('*')))
    };
    match (chosen.as_slice(), options.output) {
        ([], _) => Err(not_found()),
        ([(code, places)], None) => output::print(&text(code, places, options.all)),
        ([(code, places)], format) if !lower.contains('*') => output::write(&data(code, places), format, Color::Auto),
        (several, format) => {
            let rows: Value = several.iter().map(|(code, places)| row(code, places, format)).collect();
            output::write(&rows, format.or(Some(Format::Table)), Color::Auto)
        }
    }
}

/// Collects the codes of the products and of the gateway.
fn codes(product: Option<&str>) -> Result<BTreeMap<String, Vec<Place>>, Failure> {
    let mut known: BTreeMap<String, Vec<Place>> =
        apsara_core::GatewayCode::all().map(|code| (code.as_str().to_owned(), Vec::new())).collect();
    let chosen = product.map(|name| crate::catalog::product(name, None)).transpose()?.map(|product| product.word());
    for version in products().filter(|version| chosen.as_deref().is_none_or(|chosen| chosen == version.product())) {
        let product = Product::from(version);
        for name in version.operations() {
            for code in product.decode(name)?.codes() {
                let (product, operation) = (version.product().to_owned(), name.to_owned());
                let place = Place { product, operation, status: code.status, meaning: code.meaning };
                known.entry(code.code).or_default().push(place);
            }
        }
    }
    Ok(known)
}

/// Finds the form that a code was filled into, such as `Invalid%s.Malformed`; of several the one that says most.
fn of_form<'k>(known: &'k BTreeMap<String, Vec<Place>>, lower: &str) -> Option<(&'k String, &'k Vec<Place>)> {
    let forms = known.iter().filter(|(form, _)| fits_form(&form.to_lowercase(), lower));
    forms.max_by_key(|(form, _)| form.len())
}

/// Returns whether a text fits a pattern in which `*` is anything.
fn fits(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((head, rest)) => text.strip_prefix(head).is_some_and(|text| {
            let starts = (0..=text.len()).filter(|&at| text.is_char_boundary(at));
            starts.into_iter().any(|at| fits(rest, &text[at..]))
        }),
    }
}

/// Returns the most usual HTTP status of a code.
fn status(places: &[Place]) -> u16 {
    let mut counts: BTreeMap<u16, usize> = BTreeMap::new();
    for place in places {
        *counts.entry(place.status).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(_, count)| *count).map_or(400, |(status, _)| status)
}

/// Returns what a code means: each meaning once, that of the gateway first.
fn meanings(code: &str, places: &[Place]) -> Vec<String> {
    let gateways = gateway_code(code).and_then(explain).map(|(meaning, _)| meaning.to_owned());
    let mut out: Vec<String> =
        gateways.into_iter().chain(places.iter().filter_map(|place| place.meaning.clone())).collect();
    let mut seen = std::collections::BTreeSet::new();
    out.retain(|meaning| seen.insert(meaning.clone()));
    out
}

fn data(code: &str, places: &[Place]) -> Value {
    let place = |place: &Place| {
        json!({
            "product": place.product,
            "operation": place.operation,
            "httpStatus": place.status,
            "meaning": place.meaning,
            "outcome": outcome(place.status, code),
        })
    };
    json!({
        "code": code,
        "gateway": gateway_code(code).is_some(),
        "meanings": meanings(code, places),
        "outcome": outcome(status(places), code),
        "again": again(status(places), code),
        "advice": advice(status(places), code),
        "operations": places.iter().map(place).collect::<Vec<_>>(),
    })
}

fn outcome(status: u16, code: &str) -> &'static str {
    if Outcome::of_code(status, code) == Outcome::Rejected { "rejected" } else { "unknown" }
}

/// One line of a list; of JSON it has all.
fn row(code: &str, places: &[Place], format: Option<Format>) -> Value {
    match format {
        Some(Format::Json | Format::Yaml) => data(code, places),
        _ => json!({
            "code": code,
            "httpStatus": status(places),
            "meaning": meanings(code, places).first(),
            "operations": places.len(),
            "outcome": outcome(status(places), code),
        }),
    }
}

fn text(code: &str, places: &[Place], all: bool) -> String {
    let paint = Paint::of(Color::Auto, &std::io::stdout());
    let mut out = format!("{}\n", paint.mark(Style::Bold, code));
    let meanings = meanings(code, places);
    let shown = meanings.iter().take(if all { usize::MAX } else { 5 });
    out.extend(shown.map(|meaning| format!("  {}\n", meaning.replace('\n', " "))));
    if meanings.is_empty() {
        out.push_str("  No document says what it means; the message of the answer does.\n");
    }
    let status = status(places);
    let facts = [
        ("outcome", Outcome::of_code(status, code).to_string()),
        ("again", again(status, code).to_owned()),
        ("what to do", advice(status, code).to_owned()),
    ];
    out.push('\n');
    for (name, text) in facts {
        out.push_str(&format!("  {}  {text}\n", paint.mark(Style::Cyan, &format!("{name:<10}"))));
    }
    out.push_str(&listed(code, places, all, paint));
    out
}

fn listed(code: &str, places: &[Place], all: bool, paint: Paint) -> String {
    let mut out = String::new();
    if gateway_code(code).is_some() {
        out.push_str(&format!(
            "  {}  the gateway, in front of every operation\n",
            paint.mark(Style::Cyan, "from      ")
        ));
    }
    if !places.is_empty() {
        out.push_str("\n  Documented by:\n");
    }
    for place in places.iter().take(if all { usize::MAX } else { MOST }) {
        out.push_str(&format!("    {}  {} {}\n", place.status, place.product, kebab(&place.operation)));
    }
    if !all && places.len() > MOST {
        out.push_str(&format!("    and {} more: --all lists them\n", places.len() - MOST));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_fits_what_it_says() {
        for (pattern, text, expected) in [
            ("throttling*", "throttling.user", true),
            ("throttling*", "throttling", true),
            ("*task*exist", "codetasknotexist", true),
            ("*task*exist", "codetasknotexists", false),
            ("a*b", "ab", true),
            ("a", "ab", false),
        ] {
            assert_eq!(fits(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn codes_of_products_and_of_the_gateway_are_known() {
        let known = codes(None).unwrap_or_else(|failure| panic!("{failure}"));
        let places = &known["CodeTaskNotExist"];
        assert!(places.iter().any(|place| place.operation == "RestartLivePullToPush" && place.status == 400));
        assert_eq!(meanings("CodeTaskNotExist", places)[0], "There is no such task.");
        assert!(known.contains_key("SignatureDoesNotMatch"));
        // Published with a tabulator behind it, and as a form.
        assert!(known.contains_key("InvalidRule.Malformed"));
        let form = of_form(&known, "invaliddomain.valuenotsupported").map(|(form, _)| form.as_str());
        assert_eq!(form, Some("Invalid%s.ValueNotSupported"));
        assert!(of_form(&known, "nothing").is_none());
        let of_live = codes(Some("live")).unwrap_or_else(|failure| panic!("{failure}"));
        assert!(of_live.len() < known.len() && codes(Some("nothing")).is_err());
    }
}
