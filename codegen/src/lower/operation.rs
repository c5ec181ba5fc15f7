//! Operations.

use std::collections::BTreeSet;

use super::schema::Types;
use super::text;
use super::waiters::waiters;
use crate::check::UNSIGNED;
use crate::docs;
use crate::facts::{Impact, Repeat};
use crate::model::{
    ErrorEnum, Fact, Field, Operation, Paged, Record, Security, Setter, Streams, Type, Variant, is_form,
};
use crate::names::{self, Scope};
use crate::overlay::Ours;
use crate::pages::{self, Pages};
use crate::spec::{Api, ErrorCode, Parameter};

pub(super) fn operation<'a>(api: &'a Api, ours: &Ours, types: &mut Types<'a>, product_path: Option<&str>) -> Operation {
    let name = names::pascal(&api.name);
    let call = types.scope.claim(&name);
    let method = names::method(&api.name);
    let mut nested = Vec::new();
    let request = request(api, types, &name, &method, &mut nested);
    let sent = nested.len();
    types.unwraps = true;
    let response = response(api, types, &name, &method, &mut nested);
    let streams = streams(api, types, &request, &response, &name, &mut nested);
    types.unwraps = false;
    let setters = setters(&request, &streams);
    nested[sent..].iter_mut().for_each(|record| record.readable = false);
    let paged = pages::of(api, ours, types.product).and_then(|pages| paged(pages, &response, &nested, types));
    let waiters = waiters(ours, &request, &streams, &response, &method, types);
    let error = error_enum(api, types, &name, &method);
    let repeat = ours.repeat.unwrap_or_else(|| Repeat::derived(api));
    let impact = ours.impact.unwrap_or_else(|| Impact::derived(api));
    let facts = text::Facts { api, repeat, impact, ours, paged: paged.as_ref() };
    let example = text::example(types.product, api, &request, &setters, &method, product_path);
    Operation {
        spec: api.place.file_name().to_owned(),
        name: api.name.clone(),
        module: names::module(&api.name),
        docs: text::operation(&facts, error.as_ref().map(|error| error.name.as_str()), &example),
        uses: uses(nested.iter().chain([&request, &response]), paged.as_ref(), streams.event.as_ref()),
        method,
        call,
        deprecated: api.deprecated,
        http_method: http_method(api),
        path: api.path.clone().unwrap_or_else(|| "/".to_owned()),
        security: security(api),
        repeat,
        impact,
        quota: ours.quota.or(api.quota),
        ram: ours.ram.as_ref().or(api.ram.as_ref()).cloned(),
        request,
        setters,
        response,
        streams,
        paged,
        waiters,
        nested,
        error,
    }
}

/// Finds the fields of the types that lead to the items of a list.
fn paged(pages: Pages, response: &Record, nested: &[Record], types: &Types<'_>) -> Option<Paged> {
    let (mut at, mut items) = (response, Vec::new());
    let mut names = pages.items.split('.').peekable();
    while let Some(name) = names.next() {
        let field = at.fields.iter().find(|field| field.wire == name)?;
        items.push(field.name.clone());
        match (&field.of, names.peek()) {
            (Type::List(item), None) => return Some(Paged { item: (**item).clone(), items, pages }),
            (Type::Record(name) | Type::Recursive(name), Some(_)) => {
                let below = nested.iter().find(|record| record.name == *name);
                at = below.or_else(|| types.shared_record(name))?;
            }
            _ => return None,
        }
    }
    None
}

/// Says what need not be in memory as a whole.
fn streams<'a>(
    api: &'a Api,
    types: &mut Types<'a>,
    request: &Record,
    response: &Record,
    name: &str,
    nested: &mut Vec<Record>,
) -> Streams {
    let is_bytes = |field: &&Field| field.of == Type::Bytes && field.facts.contains(&Fact::Form("body"));
    let bodies = request.fields.iter().filter(|field| field.facts.contains(&Fact::Form("body")));
    let event = answers_with_events(api).then(|| match &api.response {
        Some(schema) => types.field(String::new(), "event", schema, name, nested).of,
        None => Type::Json,
    });
    Streams {
        downloads: event.is_none()
            && (response.fields.iter().any(|field| is_bytes(&field)) || produces(api, "application/octet-stream")),
        event,
        uploads: bodies.clone().count() == 1 && bodies.clone().all(|field| is_bytes(&field)),
    }
}

fn answers_with_events(api: &Api) -> bool {
    api.schemes.iter().any(|scheme| scheme.eq_ignore_ascii_case("sse")) || produces(api, "text/event-stream")
}

fn produces(api: &Api, content_type: &str) -> bool {
    api.produces.iter().any(|produced| produced.eq_ignore_ascii_case(content_type))
}

/// Returns the types that fields have and that stand elsewhere.
fn uses<'a>(
    records: impl Iterator<Item = &'a Record> + Clone,
    paged: Option<&'a Paged>,
    event: Option<&'a Type>,
) -> Vec<String> {
    let own: BTreeSet<&str> = records.clone().map(|record| record.name.as_str()).collect();
    let mut uses = BTreeSet::from(["Call", "Client"]);
    let fields = records.flat_map(|record| record.fields.iter().map(|field| &field.of));
    for mut of in fields.chain(paged.map(|paged| &paged.item)).chain(event) {
        while let Type::List(item) | Type::Map(item) = of {
            of = item;
        }
        if let Type::Named(name) | Type::Record(name) | Type::Recursive(name) = of {
            uses.insert(name);
        }
    }
    uses.difference(&own).map(|name| (*name).to_owned()).collect()
}

/// Returns the method that the official SDKs use: POST where it is listed, else the first in the order of the alphabet.
fn http_method(api: &Api) -> &'static str {
    const ORDER: [(&str, &str); 7] = [
        ("post", "Post"),
        ("delete", "Delete"),
        ("get", "Get"),
        ("head", "Head"),
        ("options", "Options"),
        ("patch", "Patch"),
        ("put", "Put"),
    ];
    let listed = |wire: &str| api.methods.iter().any(|method| method.eq_ignore_ascii_case(wire));
    ORDER.iter().find(|(wire, _)| listed(wire)).map_or("Post", |(_, rust)| rust)
}

fn security(api: &Api) -> Security {
    let takes = |wanted: &str| api.security.iter().any(|kind| kind == wanted);
    match (takes("AK"), takes("BearerToken")) {
        (true, true) => Security::AccessKeyOrBearer,
        (false, true) => Security::Bearer,
        (false, false) if api.security.iter().any(|kind| UNSIGNED.contains(&kind.as_str())) => Security::Anonymous,
        // What else the documents name, the official SDKs sign with an access key.
        (_, false) => Security::AccessKey,
    }
}

fn request<'a>(api: &'a Api, types: &mut Types<'a>, name: &str, method: &str, nested: &mut Vec<Record>) -> Record {
    let mut parameters: Vec<&Parameter> = api.parameters.iter().collect();
    parameters.sort_by(|a, b| (&a.name, &a.location).cmp(&(&b.name, &b.location)));
    let record = types.scope.claim(&format!("{name}Request"));
    let mut fields = Scope::default();
    let fields = parameters
        .chunk_by(|a, b| a.name == b.name)
        .map(|same| {
            let parameter = same[0];
            let field = fields.claim(&names::snake(&parameter.name));
            let mut field = types.field(field, &parameter.name, &parameter.schema, &record, nested);
            let takes_json = api.consumes == ["application/json"];
            let mut facts = travels(parameter, &field.of, takes_json);
            if same.iter().any(|it| it.schema.required) || parameter.location == "path" {
                facts.push(Fact::Required);
            }
            if same.iter().any(|it| it.schema.sensitive) && !field.facts.contains(&Fact::Sensitive) {
                facts.push(Fact::Sensitive);
            }
            facts.append(&mut field.facts);
            let again = same[1..].iter().map(|it| location(it).unwrap_or("query")).collect();
            Field { facts, again, ..field }
        })
        .collect();
    let docs = docs::sections([
        docs::paragraph(&format!("Holds the parameters of [`Client::{method}`].")),
        docs::paragraph("It reads and writes JSON by the names on the wire. Send it with [`Client::execute`]."),
    ]);
    Record { name: record, docs, fields, readable: true }
}

/// Returns where a parameter travels and how a list or an object is written there.
fn travels(parameter: &Parameter, of: &Type, takes_json: bool) -> Vec<Fact> {
    let location = location(parameter);
    let compound = matches!(of, Type::List(_) | Type::Map(_) | Type::Record(_) | Type::Recursive(_) | Type::Json);
    let style = match parameter.style.as_deref().filter(|_| compound) {
        Some("xml") if location == Some("body") => Some("xml"),
        // A text or bytes that the operation takes as JSON, such as a policy.
        _ if location == Some("body") && takes_json && matches!(of, Type::Text | Type::Bytes) => Some("json"),
        _ if location == Some("body") => None,
        Some("repeatList") => Some("repeated"),
        Some("flat") => Some("flat"),
        Some("json") => Some("json"),
        Some("simple") => Some("simple"),
        _ => None,
    };
    location.into_iter().chain(style).map(Fact::Form).collect()
}

/// Returns the method of a row that says where a parameter travels; none says the query.
fn location(parameter: &Parameter) -> Option<&'static str> {
    match parameter.location.as_str() {
        "formData" => Some("form"),
        "body" => Some("body"),
        "path" => Some("path"),
        "header" => Some("header"),
        "host" => Some("host"),
        _ => None,
    }
}

pub(super) fn setters(request: &Record, streams: &Streams) -> Vec<Setter> {
    // Only calls that stream have these methods; on others a parameter may be called so.
    let own = match streams {
        Streams { event: Some(_), .. } => Some("events"),
        Streams { downloads: true, .. } => Some("download"),
        _ => None,
    };
    let setter = |field: &Field| {
        let required = if field.facts.contains(&Fact::Required) { ", which is required" } else { "" };
        Setter {
            name: names::setter(&field.name, own),
            docs: format!("Sets {}{required}: see [`{1}::{2}`].", docs::code(&field.wire), request.name, field.name),
            field: field.name.clone(),
            of: field.of.clone(),
        }
    };
    request.fields.iter().map(setter).collect()
}

fn response<'a>(api: &'a Api, types: &mut Types<'a>, name: &str, method: &str, nested: &mut Vec<Record>) -> Record {
    let name = types.scope.claim(&format!("{name}Response"));
    let docs = docs::paragraph(&format!("Holds what [`Client::{method}`] is answered with."));
    let mut record = Record { name, docs, fields: Vec::new(), readable: true };
    if answers_with_events(api) {
        let docs = "The stream of events (`text/event-stream`) as it came, once it has ended.".to_owned();
        record.fields.push(Field::plain("body", "body", docs, Fact::Form("body")));
    } else if let Some(schema) = &api.response {
        let root = types.resolve(schema);
        let is_object = root.reference.is_none() && matches!(root.kind.as_deref(), None | Some("object"));
        if is_object && root.additional.is_none() {
            record = types.record(record.name, record.docs, &root.properties, nested);
        } else {
            let mut body = types.field("body".to_owned(), "body", schema, &record.name, nested);
            body.facts.insert(0, Fact::Form("body"));
            record.fields.push(body);
        }
    }
    let mut names = Scope::new(record.fields.iter().map(|field| field.name.as_str()));
    for (wire, schema) in &api.response_headers {
        let mut field = types.field(names.claim(&names::snake(wire)), wire, schema, &record.name, nested);
        field.facts.insert(0, Fact::Form("header"));
        record.fields.push(field);
    }
    record.fields.sort_by(|a, b| a.wire.cmp(&b.wire));
    let given = record.fields.iter_mut().find(|field| field.name == "request_id");
    match given {
        // Some documents call it a number. The runtime reads any value as a text, and fills a text alone from the header.
        Some(field) => (field.of, field.always) = (Type::Text, true),
        None => {
            let docs = "The id of the request.".to_owned();
            record.fields.push(Field {
                always: true,
                facts: Vec::new(),
                ..Field::plain("request_id", "RequestId", docs, Fact::Required)
            });
            record.fields.sort_by(|a, b| a.wire.cmp(&b.wire));
        }
    }
    record
}

fn error_enum(api: &Api, types: &mut Types<'_>, name: &str, method: &str) -> Option<ErrorEnum> {
    if api.error_codes.is_empty() {
        return None;
    }
    let mut codes: Vec<&ErrorCode> = api.error_codes.iter().collect();
    codes.sort_by(|a, b| (&a.code, &a.status).cmp(&(&b.code, &b.status)));
    let form = codes.iter().find(|code| is_form(&code.code));
    let form =
        form.map(|form| format!("In codes such as {} the cloud fills something in for `%s`.", docs::code(&form.code)));
    let mut variants = Scope::default();
    let variants = codes
        .chunk_by(|a, b| a.code == b.code)
        .map(|same| Variant {
            name: variants.claim(&names::pascal(&same[0].code)),
            wire: same[0].code.clone(),
            docs: docs::sections(same.iter().map(|code| text::error_code(code))),
        })
        .collect();
    Some(ErrorEnum {
        name: types.scope.claim(&format!("{name}Error")),
        docs: docs::sections([
            docs::paragraph(&format!("Names the error codes that the documents list for [`Client::{method}`].")),
            docs::paragraph(&form.unwrap_or_default()),
        ]),
        variants,
    })
}
