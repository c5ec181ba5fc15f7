use std::sync::{Arc, LazyLock, OnceLock};

use apsara_specs::Version;
use serde_json::Value;

use crate::parameter::{Parameter, Schema};

/// Holds an operation: what the portal says of it, and what we know better.
#[derive(Clone, Debug)]
pub struct Operation {
    /// The word that stands for its product.
    pub product: String,
    /// The name on the wire.
    pub name: String,
    /// Whether it may be executed twice: `safe`, `with_token` or `unsafe`.
    pub repeat: String,
    /// What it does to what runs: `none`, `change` or `interrupt`.
    pub impact: String,
    /// How many calls in how many seconds.
    pub quota: Option<(u32, u32)>,
    pub(crate) shared: Arc<Value>,
    pub(crate) spec: Value,
    pub(crate) overlay: Option<Value>,
    pub(crate) rows: OnceLock<Vec<Row>>,
}

/// A parameter as a client has it.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    name: String,
    place: String,
    is_required: bool,
}

/// Holds a change of an operation.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Change<'o> {
    /// When it was, as `2021-10-27T01:19:07.000Z`.
    pub time: &'o str,
    /// What changed, in the portal's words, such as `Request parameters changed`.
    pub what: &'o str,
}

impl Row {
    /// Returns the parameters of an operation, sorted by name; of one that no client can have, those that are listed.
    fn of(operation: &Operation) -> Vec<Self> {
        let described = operation.described().ok();
        let rows = described.as_ref().unwrap_or(&operation.spec)["parameters"].as_array();
        let one = |row: &Value| {
            let name = row["name"].as_str()?.to_owned();
            let place = match row["in"].as_str() {
                Some("form") => "formData",
                place => place.unwrap_or("query"),
            };
            Some(Self { name, place: place.to_owned(), is_required: place == "path" || row["required"] == true })
        };
        let mut rows: Vec<Self> = rows.into_iter().flatten().filter_map(one).collect();
        rows.sort_by(|one, other| one.name.cmp(&other.name));
        rows.dedup_by(|one, other| one.name == other.name);
        rows
    }
}

impl Operation {
    pub(crate) fn shipped(
        version: &Version,
        name: &str,
        decoded: &apsara_specs::Operation,
        shared: &Arc<Value>,
    ) -> Self {
        Self {
            product: version.product().to_owned(),
            name: name.to_owned(),
            repeat: decoded.repeat().to_owned(),
            impact: decoded.impact().to_owned(),
            quota: decoded.quota(),
            shared: Arc::clone(shared),
            spec: decoded.spec().clone(),
            overlay: decoded.overlay().cloned(),
            rows: OnceLock::new(),
        }
    }

    /// Returns what the portal says, as it publishes it.
    #[must_use]
    pub fn spec(&self) -> &Value {
        &self.spec
    }

    /// Returns what we know better, if anything.
    #[must_use]
    pub fn overlay(&self) -> Option<&Value> {
        self.overlay.as_ref()
    }

    /// Returns what it shares with the other operations of its product: style, endpoints, components.
    #[must_use]
    pub fn shared(&self) -> &Value {
        &self.shared
    }

    /// Returns the version of its product, a date as a rule.
    #[must_use]
    pub fn version(&self) -> &str {
        self.shared["info"]["version"].as_str().or_else(|| self.shared["version"].as_str()).unwrap_or_default()
    }

    /// Returns the operation's name as a command line has it.
    #[must_use]
    pub fn word(&self) -> String {
        crate::words::kebab(&self.name)
    }

    /// Returns what it does in one line.
    #[must_use]
    pub fn summary(&self) -> &str {
        fn text<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
            value[key].as_str().filter(|text| !text.is_empty())
        }
        let ours = self.overlay.as_ref().and_then(|overlay| text(overlay, "summary"));
        let theirs = text(&self.spec, "summary").or_else(|| text(&self.spec, "title"));
        crate::words::first_sentence(ours.or(theirs).unwrap_or(&self.name))
    }

    /// Returns what the documents say of it at length.
    #[must_use]
    pub fn description(&self) -> Option<&str> {
        let ours = self.overlay.as_ref().and_then(|overlay| overlay["description"].as_str());
        ours.or_else(|| self.spec["description"].as_str()).filter(|text| !text.is_empty())
    }

    /// Returns what is to be known before it is called where it interrupts something: what it does, and the sentence that says what it
    /// interrupts, if the documents have one.
    pub fn interruption(&self) -> impl Iterator<Item = &str> {
        let description = self.description().unwrap_or_default();
        let mut sentences = description.split_inclusive(". ").flat_map(|part| part.split('\n')).map(str::trim);
        let interrupts = sentences.find(|sentence| sentence.contains("interrupt"));
        std::iter::once(self.summary()).chain(interrupts)
    }

    /// Returns the parameters, each once, in the order of their names: those that a client has, also where that is not what the
    /// documents say, because nobody could send it so.
    #[must_use]
    pub fn parameters(&self) -> Vec<Parameter<'_>> {
        let rows = self.rows.get_or_init(|| Row::of(self));
        rows.iter().map(|row| self.parameter(row)).collect()
    }

    /// Finds what the spec says of a parameter that a client has.
    fn parameter<'o>(&'o self, row: &'o Row) -> Parameter<'o> {
        /// What nothing is said of is a text.
        static TEXT: LazyLock<Value> = LazyLock::new(|| serde_json::json!({ "schema": { "type": "string" } }));
        let name = row.name.as_str();
        let listed = || self.spec["parameters"].as_array().into_iter().flatten();
        let called = |fits: &dyn Fn(&str) -> bool| listed().find(|it| it["name"].as_str().is_some_and(fits));
        // One that fills a place of the path may be written otherwise there.
        let given = called(&|it| it == name).or_else(|| called(&|it| it.eq_ignore_ascii_case(name)));
        let ours = self.overlay.as_ref().map(|overlay| &overlay["parameters"][name]);
        let mut schema = Schema::of(&given.unwrap_or(&TEXT)["schema"], ours, &self.shared);
        schema.required_elsewhere = row.is_required;
        Parameter { name, place: &row.place, schema }
    }

    /// Returns a value that the documents give for a parameter: their example, unless it is one that they only know of; else the
    /// first that they list.
    #[must_use]
    pub fn example(&self, parameter: &Parameter<'_>) -> Option<String> {
        let named = self.shared["enums"].as_object().into_iter().flatten().map(|(_, named)| named);
        let of_this = |named: &&Value| {
            let parameters = named["parameters"].as_array().into_iter().flatten();
            parameters.into_iter().any(|name| name == parameter.name)
        };
        let values = named.into_iter().find(of_this).and_then(|named| named["values"].as_array());
        let undocumented = |value: &String| {
            values.into_iter().flatten().any(|known| known["value"] == **value && known["documented"] == false)
        };
        let listed = parameter.schema.values();
        parameter.schema.fact("example").into_iter().chain(listed).find(|value| !undocumented(value))
    }

    /// Returns all that a RAM policy must allow, also where no document says it.
    #[must_use]
    pub fn ram(&self) -> apsara_specs::Ram {
        apsara_specs::Ram::read(&self.name, &self.spec, self.overlay.as_ref(), &self.shared)
    }

    /// Describes what a successful answer holds; nothing where the documents do not say it.
    #[must_use]
    pub fn response(&self) -> Option<Schema<'_>> {
        let responses = self.spec["responses"].as_object()?;
        let (_, success) = responses.iter().find(|(status, _)| status.starts_with('2'))?;
        success.get("schema").map(|schema| Schema::of(schema, None, &self.shared))
    }

    /// Returns what the portal says of changes, the last one first; it publishes none of most products.
    #[must_use]
    pub fn changes(&self) -> Vec<Change<'_>> {
        let listed = self.spec["changeSet"].as_array().into_iter().flatten();
        let mut out: Vec<Change<'_>> = listed
            .filter_map(|change| {
                Some(Change { time: change["createdAt"].as_str()?, what: change["description"].as_str()? })
            })
            .collect();
        out.sort_by(|one, other| other.time.cmp(one.time));
        out
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::product;

    #[test]
    fn an_answer_is_described_and_a_change_is_told() {
        let mut restart = product("live", None).unwrap().operation("RestartLivePullToPush").unwrap();
        let fields: Vec<&str> = restart.response().unwrap().properties().iter().map(|(name, _)| *name).collect();
        assert_eq!((fields, restart.changes()), (vec!["RequestId", "TaskId"], vec![]));
        restart.spec["changeSet"] = serde_json::json!([
            { "createdAt": "2021-10-27T01:19:07.000Z", "description": "Error codes changed" },
            { "createdAt": "2022-01-01T00:00:00.000Z", "description": "Request parameters changed" },
        ]);
        let last = restart.changes()[0];
        assert_eq!((last.time, last.what), ("2022-01-01T00:00:00.000Z", "Request parameters changed"));
    }

    #[test]
    fn a_parameter_that_is_listed_twice_is_one() {
        let tag = product("ecs", None).unwrap().operation("TagResources").unwrap();
        let names: Vec<&str> = tag.parameters().iter().map(|parameter| parameter.name).collect();
        assert_eq!(names, ["RegionId", "ResourceId", "ResourceType", "Tag"]);
    }

    #[test]
    fn what_a_client_refuses_a_call_without_is_called_required() {
        for version in crate::products() {
            let product = product(version.product(), None).unwrap();
            for name in product.operations() {
                let operation = product.operation(name).unwrap();
                let told: Vec<&str> = operation
                    .parameters()
                    .into_iter()
                    .filter_map(|parameter| parameter.schema.is_required().then_some(parameter.name))
                    .collect();
                let described = operation.described().unwrap();
                let rows = described["parameters"].as_array().unwrap().iter().filter(|row| row["required"] == true);
                let mut expected: Vec<&str> = rows.map(|row| row["name"].as_str().unwrap()).collect();
                expected.sort_unstable();
                assert_eq!(told, expected, "{name}");
            }
        }
    }

    #[test]
    fn the_parameters_are_those_of_a_client_where_no_other_could_be_sent() {
        let text = |name: &str, place: &str, required: bool| serde_json::json!({ "name": name, "in": place, "schema": { "type": "integer", "required": required } });
        let shared = serde_json::json!({ "info": { "style": "ROA", "product": "Speaker", "version": "2026-01-01" } });
        let spec = serde_json::json!({
            "methods": ["post"], "path": "/a/{clusterId}/{id}", "responses": {}, "security": [{ "AliGenie_Auth_SPI": [] }],
            "parameters": [
                text("ClusterId", "path", false), text("Gone", "path", true), text("Form", "formData", true),
                text("Body", "body", false), text("Again", "query", false), text("Again", "header", true),
            ],
        });
        let say = Operation {
            product: "speaker".to_owned(),
            name: "Say".to_owned(),
            repeat: String::new(),
            impact: String::new(),
            quota: None,
            shared: Arc::new(shared),
            spec,
            overlay: None,
            rows: OnceLock::new(),
        };
        let parameters = say.parameters();
        let told: Vec<_> =
            parameters.iter().map(|it| (it.name, it.place, it.schema.kind(), it.schema.is_required())).collect();
        assert_eq!(
            told,
            [
                ("Again", "header", "integer", true),
                ("Body", "formData", "integer", false),
                ("Form", "formData", "integer", true),
                ("clusterId", "path", "integer", true),
                ("id", "path", "string", true),
                ("x-acs-aligenie-access-token", "header", "string", false),
            ]
        );
        let described = say.described().unwrap();
        let names: Vec<&str> =
            described["parameters"].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap()).collect();
        assert_eq!(names, told.iter().map(|it| it.0).collect::<Vec<_>>());
    }
}
