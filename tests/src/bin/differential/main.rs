//! Random calls of random operations, serialized and signed by us and by the official functions, with the same nonce and time; and the
//! emulator as the judge of both.
//!
//! `cargo xtask differential --cases N --seed S` starts it.

// It reports to a terminal.
#![allow(clippy::print_stdout)]

mod case;
mod compare;
mod draw;
mod judge;
mod official;
mod operations;
mod ours;

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::Instant;

use apsara::SignatureVersion;
use apsara_emulator::{Emulator, Quotas};
use serde_json::{Value, json};

use crate::case::{Case, Given, holds};
use crate::compare::{Compared, Rule, compare};
use crate::draw::Draw;
use crate::judge::{Judge, Judged, Request};
use crate::official::Official;
use crate::operations::Operations;
use crate::ours::{Key, Ours, Sent};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Every so many cases ours goes on its way to the emulator.
const ONWARD: u64 = 8;
/// How many differences are shown.
const SHOWN: usize = 20;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<ExitCode> {
    let arguments: Vec<u64> =
        std::env::args().skip(1).map(|text| text.parse()).collect::<std::result::Result<_, _>>()?;
    let [cases, seed, ref only @ ..] = arguments[..] else { return Err("CASES SEED [CASE]".into()) };
    let numbers = only.first().map_or(0..cases, |case| *case..*case + 1);
    let mut differential = Differential::start(seed, !only.is_empty()).await?;
    let start = Instant::now();
    for number in numbers {
        differential.case(number).await?;
    }
    let seconds = start.elapsed().as_secs_f64();
    Ok(differential.tally.report(&differential.operations, seed, seconds))
}

/// Everything that a case needs.
struct Differential {
    emulator: Emulator,
    operations: Operations,
    official: Official,
    ours: Ours,
    keys: [Key; 2],
    seed: u64,
    /// Whether what was sent is shown.
    is_told: bool,
    tally: Tally,
}

/// What came of the cases.
#[derive(Default)]
struct Tally {
    cases: u64,
    /// How many values were compared of each place and style.
    styles: BTreeMap<String, u64>,
    signatures: BTreeMap<&'static str, u64>,
    /// Cases whose signature is that of the official functions' own request, letter by letter.
    outright: u64,
    explained: BTreeMap<Rule, u64>,
    judged: BTreeMap<String, u64>,
    differences: u64,
}

impl Differential {
    async fn start(seed: u64, is_told: bool) -> Result<Self> {
        let builder = Emulator::builder().quota(Quotas::Off).callbacks(false).most_ledger_entries(4);
        let emulator = builder.start().await?;
        let (id, secret) = (emulator.access_key_id().to_owned(), emulator.access_key_secret().to_owned());
        let permanent = Key { id, secret, token: None };
        let sts = apsara::sts::Client::new(&apsara_tests::config(&emulator));
        let role = format!("acs:ram::{}:role/tests", emulator.account_id());
        let assumed =
            sts.assume_role().role_arn(role).role_session_name("tests").send().await?.credentials.unwrap_or_default();
        let temporary = Key {
            id: assumed.access_key_id.unwrap_or_default(),
            secret: assumed.access_key_secret.unwrap_or_default(),
            token: assumed.security_token,
        };
        let ours = Ours::new(emulator.url(), [&permanent, &temporary])?;
        let (operations, official) = (Operations::read()?, Official::start()?);
        let keys = [permanent, temporary];
        Ok(Self { emulator, operations, official, ours, keys, seed, is_told, tally: Tally::default() })
    }

    async fn case(&mut self, number: u64) -> Result<()> {
        let mut draw = Draw::new(self.seed, number);
        let operation = self.operations.draw(&mut draw)?;
        let case = Case::draw(number, operation, &mut draw);
        self.tally.cases += 1;
        let onward = number.is_multiple_of(ONWARD);
        let sent = match self.ours.send(&case, onward).await {
            Ok(sent) => sent,
            Err(error) => return self.refused(&case, &error.to_string()),
        };
        if onward {
            let judged = Judge::new(&self.emulator).last();
            self.judge(&case, "ours", &judged, &Judged::Believed);
        }
        let line = self.line(&case, &sent)?;
        let answer = self.official.ask(&line).await?;
        if self.is_told {
            println!("{line:#}\n{answer:#}");
        }
        if let Some(error) = answer["error"].as_str() {
            self.tally.differ(&case, self.seed, &format!("the official core could not send it: {error}"));
            return Ok(());
        }
        let compared = compare(&case, &answer, &sent);
        self.tally.count(&case, &compared);
        for difference in &compared.differences {
            self.tally.differ(&case, self.seed, difference);
        }
        self.judge_theirs(&case, &answer, &compared, onward, &mut draw).await
    }

    /// The line for the official functions, with what both sides get.
    fn line(&self, case: &Case, sent: &Sent) -> Result<Value> {
        let key = &self.keys[usize::from(case.is_temporary)];
        let (nonce, time) = sent.stamp().ok_or("what was sent has no nonce, or no time")?;
        let mut line = case.line();
        line["key"] = json!(key.id);
        line["secret"] = json!(key.secret);
        line["token"] = json!(key.token);
        line["host"] = json!(self.emulator.host());
        line["nonce"] = json!(nonce);
        line["time"] = json!(time.as_second());
        line["ours"] = sent.line();
        Ok(line)
    }

    /// Looks at a call that ours refused to make.
    fn refused(&mut self, case: &Case, error: &str) -> Result<()> {
        match refusal(case, error) {
            Some(rule) => *self.tally.explained.entry(rule).or_default() += 1,
            None => self.tally.differ(case, self.seed, &format!("ours refused it: {error}")),
        }
        Ok(())
    }

    async fn judge_theirs(
        &mut self,
        case: &Case,
        answer: &Value,
        compared: &Compared,
        onward: bool,
        draw: &mut Draw,
    ) -> Result<()> {
        let request = Request::new(&answer["request"]);
        let mut judge = Judge::new(&self.emulator);
        let mut told = Vec::new();
        if let Some(changed) = request.change(case, draw) {
            let judged = judge.send(&changed.request).await?;
            told.push((format!("theirs, {} changed", changed.what), judged, Judged::Refused(changed.code.to_owned())));
        }
        let judged = judge.send(&request).await?;
        // The emulator signs the names as the documents want it, so that it is right to refuse these.
        let is_odd = compared.rules.contains(&Rule::Name);
        let expected = match (is_odd, onward) {
            (true, _) => Judged::Refused("SignatureDoesNotMatch".to_owned()),
            // Ours was there before, with the same nonce; only what is believed is told so.
            (false, true) => Judged::Refused("SignatureNonceUsed".to_owned()),
            (false, false) => Judged::Believed,
        };
        told.push((if is_odd { "theirs, with odd names" } else { "theirs" }.to_owned(), judged, expected));
        if !is_odd && case.number % ONWARD == 1 {
            let judged = judge.send(&request).await?;
            told.push(("theirs, twice".to_owned(), judged, Judged::Refused("SignatureNonceUsed".to_owned())));
        }
        for (what, judged, expected) in told {
            self.judge(case, &what, &judged, &expected);
        }
        Ok(())
    }

    fn judge(&mut self, case: &Case, what: &str, judged: &Judged, expected: &Judged) {
        *self.tally.judged.entry(what.to_owned()).or_default() += 1;
        if judged != expected {
            self.tally.differ(
                case,
                self.seed,
                &format!("the emulator about {what}: {judged:?}, expected {expected:?}"),
            );
        }
    }
}

/// What the runtime says of a `.` or a `..` in a path.
const DOTS: &str = "must not be `.` or `..`";

/// Returns why ours refuses a call, if it is right to.
fn refusal(case: &Case, error: &str) -> Option<Rule> {
    if error.contains("is given twice") {
        let is_below = |one: &Given, other: &Given| one.name.starts_with(&format!("{}.", other.name));
        let is_told_twice = case.given.iter().any(|one| case.given.iter().any(|other| is_below(one, other)));
        let has_dots =
            |value: &Value| value.as_object().is_some_and(|entries| entries.keys().any(|key| key.contains('.')));
        let is_twice = is_told_twice || case.given.iter().any(|given| holds(&given.value, &has_dots));
        return is_twice.then_some(Rule::Twice);
    }

    if !error.contains(DOTS) {
        return None;
    }
    let is_dots = |value: &Value| value.as_str().is_some_and(|text| [".", ".."].contains(&text));
    case.at("path").any(|given| is_dots(&given.value)).then_some(Rule::Dots)
}

impl Tally {
    fn count(&mut self, case: &Case, compared: &Compared) {
        for given in &case.given {
            *self.styles.entry(format!("{} {}", given.place, given.style)).or_default() += 1;
        }
        let signature = match (case.signature == SignatureVersion::V1, case.operation.is_rpc) {
            (false, _) => "V3",
            (true, true) => "V1",
            (true, false) => "V1 with a path",
        };
        *self.signatures.entry(signature).or_default() += 1;
        self.outright += u64::from(compared.is_outright);
        for rule in &compared.rules {
            *self.explained.entry(*rule).or_default() += 1;
        }
    }

    fn differ(&mut self, case: &Case, seed: u64, difference: &str) {
        self.differences += 1;
        if self.differences <= SHOWN as u64 {
            println!("case {}, {}: {difference}", case.number, case.name());
            println!("  again: cargo xtask differential --seed {seed} --case {}", case.number);
        }
    }

    fn report(&self, operations: &Operations, seed: u64, seconds: f64) -> ExitCode {
        let list = |entries: Vec<String>| entries.join(", ");
        let (compared, left_out) = operations.drawn();
        println!("values: {}", list(self.styles.iter().map(|(style, count)| format!("{style} {count}")).collect()));
        println!(
            "signatures: {}; of their own requests letter by letter ours {}",
            list(self.signatures.iter().map(|(name, count)| format!("{name} {count}")).collect()),
            self.outright
        );
        println!("judged: {}", list(self.judged.iter().map(|(what, count)| format!("{what} {count}")).collect()));
        println!(
            "explained: {}",
            list(self.explained.iter().map(|(rule, count)| format!("{rule:?} {count}")).collect())
        );
        let explained: u64 = self.explained.values().sum();
        println!(
            "differential: seed {seed}, {} cases of {compared} operations ({left_out} drawn and left out) in {seconds:.1} s: \
             {} differences, {explained} explained",
            self.cases, self.differences
        );
        if self.differences == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}
