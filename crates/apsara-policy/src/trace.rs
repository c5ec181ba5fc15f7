//! Traces: a JSON object in each line, for a call that was made.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::io::{self, BufRead};

use serde::{Deserialize, Serialize};

use crate::{Call, Specs, Used};

/// Holds what a trace says was called.
///
/// A line of a trace is a JSON object. `product`, `version` and `operation` say what was called; `account`, `region` and
/// `parameters` whose and what it was about, where that is known. `parameters` has a list of texts for each parameter by whose
/// value RAM decides, and none that is sensitive. What else is in a line is not looked at: the emulator's trace has more.
#[derive(Debug, Default)]
pub struct Trace {
    used: Vec<Used>,
    untold: Vec<Untold>,
    /// The calls of each that is used, to see at once which are the same.
    known: Vec<HashSet<Call>>,
}

/// Names a line of a trace from which nothing follows for a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Untold {
    /// The line, counted from 1.
    pub line: usize,
    /// What was called, as far as the line says it.
    pub called: String,
    /// Whether the line was not written to its end.
    pub breaks_off: bool,
}

/// Says why a trace cannot be read.
#[derive(Debug)]
pub enum TraceError {
    /// Reading it failed.
    Io(io::Error),
    /// A line is no entry of a trace.
    Line {
        /// The line, counted from 1.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
}

/// One line.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Line {
    pub(crate) product: String,
    pub(crate) version: String,
    pub(crate) operation: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) account: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) region: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) parameters: Option<BTreeMap<String, Vec<String>>>,
}

impl Trace {
    /// Reads a trace. Empty lines are left out, and one that breaks off, as a full disk or a kill leaves it, is [untold](Self::untold).
    ///
    /// # Errors
    ///
    /// Fails if it cannot be read, or if a line is no JSON object that says product, version and operation.
    pub fn read(trace: impl BufRead, specs: &Specs) -> Result<Self, TraceError> {
        let mut read = Self::default();
        // One that breaks off may do so within a letter.
        for (number, text) in (1..).zip(trace.split(b'\n')) {
            let text = text.map_err(TraceError::Io)?;
            let text = text.trim_ascii();
            if text.is_empty() {
                continue;
            }
            match serde_json::from_slice::<Line>(text) {
                Ok(line) => read.add(number, line, specs),
                // A call was to be noted, and of which operation nobody knows.
                Err(error) if error.is_eof() && text.starts_with(b"{") => {
                    read.untold.push(Untold { line: number, called: String::new(), breaks_off: true });
                }
                Err(error) => return Err(TraceError::Line { line: number, reason: error.to_string() }),
            }
        }
        Ok(read)
    }

    fn add(&mut self, number: usize, line: Line, specs: &Specs) {
        let Line { product, version, operation, account, region, parameters } = line;
        let call = Call { account, region, parameters };
        // What RAM must allow for it can be something else in each version.
        let same = |used: &Used| used.operation == operation && used.version == version && used.product == product;
        if let Some((used, known)) = self.used.iter_mut().zip(&mut self.known).find(|(used, _)| same(used)) {
            if known.insert(call.clone()) {
                used.calls.push(call);
            }
            return;
        }
        match specs.find(&product, Some(&version), &operation) {
            // The next line has the product in the same word.
            Some(used) => {
                self.known.push(HashSet::from([call.clone()]));
                self.used.push(Used { product, ..used.called(call) });
            }
            None => {
                let called = [product, version, operation].into_iter().filter(|word| !word.is_empty());
                let called = called.collect::<Vec<_>>().join(" ");
                self.untold.push(Untold { line: number, called, breaks_off: false });
            }
        }
    }

    /// Returns the operations that were called, each once for each of its versions, with its calls.
    #[must_use]
    pub fn used(&self) -> &[Used] {
        &self.used
    }

    /// Returns the lines of which no spec knows the operation, or that break off.
    #[must_use]
    pub fn untold(&self) -> &[Untold] {
        &self.untold
    }
}

impl fmt::Display for Untold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, called, breaks_off } = self;
        if *breaks_off {
            return write!(f, "line {line} breaks off, so the policy does not allow what was called");
        }
        let called = if called.is_empty() { "what was called" } else { called };
        write!(f, "line {line}: no spec has {called}, so the policy does not allow it")
    }
}

impl fmt::Display for TraceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(f, "cannot be read: {error}"),
            Self::Line { line, reason } => write!(
                f,
                "line {line} is no entry of a trace: {reason}; one begins with \
                 {{\"product\":\"live\",\"version\":\"2016-11-01\",\"operation\":\"RestartLivePullToPush\""
            ),
        }
    }
}

impl std::error::Error for TraceError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io(error) => Some(error),
            Self::Line { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Policy;

    fn specs() -> Specs {
        Specs::shipped().with_document(json!({
            "info": { "product": "Sls", "version": "2020-12-30" },
            "apis": { "GetProject": { "ramActions": [{ "ramAction": { "action": "log:GetProject", "resources": [
                { "arn": "acs:log:{#regionId}:{#accountId}:project/{#ProjectName}" }] } }] } },
        }))
    }

    #[test]
    fn calls_of_a_trace_narrow_the_policy() {
        let trace = r#"
            {"product":"Sls","version":"2020-12-30","operation":"GetProject","account":"1000","region":"cn-hangzhou","parameters":{"project":["a"]},"status":200}
            {"product":"Sls","version":"2020-12-30","operation":"GetProject","account":"1000","region":"cn-hangzhou","parameters":{"project":["b"]}}

            {"product":"live","version":"2016-11-01","operation":"RestartLivePullToPush"}
            {"product":"live","version":"2016-11-01","operation":"NoSuchThing"}
            {"product":"","version":"","operation":""}
        "#;
        let read = Trace::read(trace.as_bytes(), &specs()).unwrap();
        let policy = Policy::of(read.used());
        assert_eq!(policy.actions(), ["live:RestartLivePullToPush", "log:GetProject"]);
        let project = "acs:log:cn-hangzhou:1000:project/";
        assert_eq!(policy.statements()[1].resources(), [format!("{project}a"), format!("{project}b")]);
        let untold: Vec<String> = read.untold().iter().map(ToString::to_string).collect();
        assert_eq!(
            untold,
            [
                "line 6: no spec has live 2016-11-01 NoSuchThing, so the policy does not allow it",
                "line 7: no spec has what was called, so the policy does not allow it",
            ]
        );
    }

    #[test]
    fn an_operation_of_two_versions_is_two() {
        let older = json!({
            "info": { "product": "Sls", "version": "2019-01-01" },
            "apis": { "GetProject": { "ramActions": [{ "ramAction": { "action": "log:ReadProject", "resources": [
                { "arn": "acs:log:*:*:old/{#Name}" }] } }] } },
        });
        let line = |version: &str, name: &str| {
            let parameters = json!({ name: ["a"] });
            json!({ "product": "Sls", "version": version, "operation": "GetProject", "parameters": parameters })
                .to_string()
        };
        let trace = [line("2020-12-30", "ProjectName"), line("2019-01-01", "Name"), line("2018-01-01", "Name")];
        let read = Trace::read(trace.join("\n").as_bytes(), &specs().with_document(older)).unwrap();
        let policy = Policy::of(read.used());
        assert_eq!(policy.actions(), ["log:GetProject", "log:ReadProject"]);
        let resources: Vec<&String> = policy.statements().iter().flat_map(crate::Statement::resources).collect();
        assert_eq!(resources, ["acs:log:*:*:project/a", "acs:log:*:*:old/a"]);
        let untold: Vec<String> = read.untold().iter().map(ToString::to_string).collect();
        assert_eq!(untold, ["line 3: no spec has Sls 2018-01-01 GetProject, so the policy does not allow it"]);
    }

    #[test]
    fn a_line_that_breaks_off_takes_nothing_else_with_it() {
        let entry = |name: &str| {
            json!({ "product": "live", "version": "2016-11-01", "operation": name, "region": "夜" }).to_string()
        };
        let (whole, broken) = (entry("RestartLivePullToPush"), entry("StopLivePullToPush"));
        for end in 1..broken.len() {
            for trace in [[&broken.as_bytes()[..end], whole.as_bytes()], [whole.as_bytes(), &broken.as_bytes()[..end]]]
            {
                let read = Trace::read(trace.join(&b'\n').as_slice(), &specs()).unwrap();
                assert_eq!(Policy::of(read.used()).actions(), ["live:RestartLivePullToPush"]);
                let untold = read.untold().iter().map(ToString::to_string).collect::<String>();
                assert!(untold.ends_with(" breaks off, so the policy does not allow what was called"), "{untold}");
            }
        }
    }

    #[test]
    fn a_line_that_is_no_entry_is_told_by_its_number() {
        let trace = "\n{\"product\":\"live\"}\n";
        let error = Trace::read(trace.as_bytes(), &specs()).unwrap_err().to_string();
        assert!(error.starts_with("line 2 is no entry of a trace: missing field `version`"), "{error}");
    }
}
