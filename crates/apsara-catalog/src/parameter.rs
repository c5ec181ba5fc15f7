use serde_json::Value;

/// Describes a parameter of an operation.
#[derive(Clone, Copy, Debug)]
pub struct Parameter<'o> {
    /// The name on the wire.
    pub name: &'o str,
    /// Where it travels: `query`, `formData`, `body`, `path`, `header` or `host`.
    pub place: &'o str,
    /// What its value is.
    pub schema: Schema<'o>,
}

/// Describes a value: what the portal says of it, under what we say.
#[derive(Clone, Copy, Debug)]
pub struct Schema<'o> {
    theirs: &'o Value,
    ours: Option<&'o Value>,
    shared: &'o Value,
    /// Whether it is required by what stands elsewhere: in the path, in a sentence, or where the parameter is listed again.
    pub(crate) required_elsewhere: bool,
}

impl<'o> Schema<'o> {
    pub(crate) fn of(theirs: &'o Value, ours: Option<&'o Value>, shared: &'o Value) -> Self {
        let ours = ours.filter(|ours| !ours.is_null());
        let mut schema = Self { theirs, ours, shared, required_elsewhere: false };
        // A chain of references is short; one that ends in itself does not hold the program up.
        for _ in 0..8 {
            let Some(name) = schema.theirs["$ref"].as_str().and_then(|path| path.rsplit('/').next()) else { break };
            schema.theirs = &shared["components"]["schemas"][name];
        }
        schema
    }

    fn get(&self, key: &str) -> Option<&'o Value> {
        let ours = self.ours.and_then(|ours| ours.get(key));
        ours.or_else(|| self.theirs.get(key)).filter(|value| !value.is_null())
    }

    /// Returns the type's name: `string`, `integer`, `number`, `boolean`, `array`, `object` or `any`.
    #[must_use]
    pub fn kind(&self) -> &'o str {
        let kind = self.get("type").and_then(Value::as_str);
        kind.unwrap_or(if self.theirs.get("properties").is_some() { "object" } else { "any" })
    }

    /// Returns the format that the documents give the type, such as `int32`, `binary` or `date-time`.
    #[must_use]
    pub fn format(&self) -> Option<&'o str> {
        self.get("format").and_then(Value::as_str)
    }

    /// Returns whether the documents, or we, call it required.
    #[must_use]
    pub fn is_required(&self) -> bool {
        let said = |key| match &self.theirs[key] {
            Value::String(text) => text == "true",
            other => other.as_bool().unwrap_or(false),
        };
        let ours = self.ours.and_then(|ours| ours["required"].as_bool());
        self.required_elsewhere || ours.unwrap_or_else(|| said("required") || said("docRequired"))
    }

    /// Returns what the documents say in the first sentences.
    #[must_use]
    pub fn description(&self) -> Option<&'o str> {
        self.get("description").and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
    }

    /// Returns the values that the documents list.
    #[must_use]
    pub fn values(&self) -> Vec<String> {
        let listed = self.get("enum").and_then(Value::as_array);
        // As of codes, white space around some is the portal's own.
        listed.into_iter().flatten().map(|value| text(value).trim().to_owned()).collect()
    }

    /// Returns a fact as it is written, for example `minimum` or `default`.
    #[must_use]
    pub fn fact(&self, key: &str) -> Option<String> {
        self.get(key).filter(|value| !value.is_object() && !value.is_array()).map(text).filter(|text| !text.is_empty())
    }

    /// Describes what a list holds.
    #[must_use]
    pub fn items(&self) -> Schema<'o> {
        Self::of(&self.theirs["items"], None, self.shared)
    }

    /// Describes what a map holds, an object whose keys are not known.
    #[must_use]
    pub fn entries(&self) -> Schema<'o> {
        Self::of(&self.theirs["additionalProperties"], None, self.shared)
    }

    /// Describes what is in an object, by name.
    #[must_use]
    pub fn properties(&self) -> Vec<(&'o str, Schema<'o>)> {
        let listed = self.theirs["properties"].as_object();
        let one = |(name, schema): (&'o String, &'o Value)| (name.as_str(), Self::of(schema, None, self.shared));
        listed.into_iter().flatten().map(one).collect()
    }

    /// Describes a value of which nothing is said.
    #[must_use]
    pub fn any(&self) -> Schema<'o> {
        Self { theirs: &Value::Null, ours: None, shared: self.shared, required_elsewhere: false }
    }

    /// Says in a word or two what a value looks like.
    #[must_use]
    pub fn type_name(&self) -> String {
        match self.kind() {
            "array" => format!("list of {}", self.items().kind()),
            "string" => match self.format() {
                Some("binary") => "bytes".to_owned(),
                _ => "string".to_owned(),
            },
            other => other.to_owned(),
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
