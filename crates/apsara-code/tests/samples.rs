//! What is written for some calls, in every language.

#![allow(clippy::unwrap_used)]

use apsara_catalog::{Operation, product};
use apsara_code::{Language, Settings, project, sample};
use apsara_core::Credentials;
use serde_json::{Map, Value, json};

fn operation(of: &str, name: &str) -> Operation {
    product(of, None).unwrap().operation(name).unwrap()
}

fn parameters(value: &Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

fn restart() -> (Operation, Map<String, Value>) {
    let given = json!({ "Region": "cn-shanghai", "TaskId": "6f869419-0692-4fd5-8cf0-66cab6590000" });
    (operation("live", "RestartLivePullToPush"), parameters(&given))
}

fn create() -> (Operation, Map<String, Value>) {
    let given = json!({
        "Region": "cn-shanghai", "TaskName": "it's", "StartTime": "2026-01-01T00:00:00Z", "EndTime": "2026-01-02T00:00:00Z",
        "SourceType": "live", "SourceUrls": ["rtmp://pull.example.com/app/canary-1", "https://example.com/plain"],
        "DstUrl": "rtmp://push.example.com/app/canary-2", "RetryCount": 3
    });
    (operation("live", "CreateLivePullToPush"), parameters(&given))
}

fn written(language: Language, (operation, parameters): (Operation, Map<String, Value>)) -> String {
    sample(language, &operation, &parameters, &Settings::default())
        .unwrap_or_else(|error| format!("refused: {error}\n"))
}

/// Shows a call in every language but curl, whose signature is another every time.
fn shown(call: impl Fn() -> (Operation, Map<String, Value>)) -> String {
    let languages = Language::all().iter().filter(|language| **language != Language::Curl);
    languages.map(|language| format!("==== {}\n{}\n", language.title(), written(*language, call()))).collect()
}

#[test]
fn a_restart_is_written() {
    insta::assert_snapshot!(shown(restart));
}

#[test]
fn a_create_takes_its_secrets_from_the_environment() {
    let shown = shown(create);
    assert!(!shown.contains("canary"), "{shown}");
    insta::assert_snapshot!(shown);
}

#[test]
fn lists_of_objects_are_written() {
    let given = json!({
        "RegionId": "cn-hangzhou", "ResourceType": "instance", "ResourceId": ["i-1", "i-2"],
        "Tag": [{ "Key": "env", "Value": "it's" }, { "Key": "team", "Value": "$HOME" }]
    });
    insta::assert_snapshot!(shown(|| (operation("ecs", "TagResources"), parameters(&given))));
}

#[test]
fn a_path_and_a_body_are_written() {
    let given = json!({
        "ClusterId": "c1",
        "body": { "instances": ["i-1"], "keep_instance_name": true, "password": "canary", "tags": [{ "key": "a", "value": "b" }] }
    });
    let shown = shown(|| (operation("cs", "AttachInstances"), parameters(&given)));
    assert!(!shown.contains("canary"), "{shown}");
    insta::assert_snapshot!(shown);
}

#[test]
fn the_official_cli_takes_method_path_and_body() {
    // As its README has calls with a path: https://github.com/aliyun/aliyun-cli#call-restful-apis
    let scale = json!({ "ClusterId": "c1", "NodepoolId": "np1", "body": { "count": 2 } });
    let text = written(Language::Aliyun, (operation("cs", "ScaleClusterNodePool"), parameters(&scale)));
    assert_eq!(
        text,
        "aliyun cs POST /clusters/c1/nodepools/np1 \\\n  --header Content-Type=application/json \\\n  --body '{\"count\":2}'\n"
    );
    let cluster = |id: &str| parameters(&json!({ "ClusterId": id }));
    let text = written(Language::Aliyun, (operation("cs", "DescribeClusterDetail"), cluster("c1")));
    assert_eq!(text, "aliyun cs GET /clusters/c1\n");
    // It is not known what it makes of a space there.
    let text = written(Language::Aliyun, (operation("cs", "DescribeClusterDetail"), cluster("c 1")));
    assert!(text.starts_with("refused: ClusterId has letters that must be escaped"), "{text}");
}

#[test]
fn a_path_that_leads_elsewhere_is_written_in_no_language_that_would_send_it() {
    for (id, told) in [
        ("", "refused: ClusterId must not be empty"),
        (".", "refused: /clusters/. has a part `.`"),
        ("..", "refused: /clusters/.. has a part `.`"),
    ] {
        for language in [Language::Aliyun, Language::Python] {
            let call = (operation("cs", "DeleteCluster"), parameters(&json!({ "ClusterId": id })));
            let text = written(language, call);
            assert!(text.starts_with(told), "{id:?}: {text}");
        }
    }
}

#[test]
fn what_travels_twice_or_stands_in_the_path_is_written_as_the_runtime_sends_it() {
    let text = |name: &str, place: &str| json!({ "name": name, "in": place, "schema": { "type": "string" } });
    let document = json!({
        "info": { "style": "ROA", "product": "Test", "version": "2026-01-01" },
        "apis": { "GetThing": {
            "methods": ["get"], "path": "/things?type=x&of=y", "security": [{ "AK": [] }], "responses": {},
            "parameters": [text("token", "header"), text("token", "query"), text("type", "query")]
        } }
    });
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("twice.json");
    std::fs::write(&file, document.to_string()).unwrap();
    let get = product("test", Some(&file)).unwrap().operation("GetThing").unwrap();
    let (given, mut settings) = (parameters(&json!({ "token": "t", "type": "z" })), Settings::default());
    settings.endpoint = Some("test.example.com".to_owned());
    let python = sample(Language::Python, &get, &given, &settings).unwrap();
    assert_eq!(python.matches("\"token\": \"t\"").count(), 2, "{python}");
    assert!(python.contains("\"type\": \"z\"") && !python.contains("\"type\": \"x\""), "{python}");
    assert!(python.contains("\"of\": \"y\""), "{python}");
}

#[test]
fn python_and_the_official_cli_put_what_travels_twice_into_every_place() {
    let text = |name: &str, place: &str| json!({ "name": name, "in": place, "schema": { "type": "string" } });
    let document = json!({
        "info": { "style": "ROA", "product": "Test", "version": "2026-01-01" },
        "apis": { "GetThing": {
            "methods": ["get"], "path": "/things/{id}", "security": [{ "AK": [] }], "responses": {},
            "parameters": [text("token", "query"), text("token", "header"), text("id", "query"), text("id", "path")]
        } }
    });
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("second.json");
    std::fs::write(&file, document.to_string()).unwrap();
    let get = || product("test", Some(&file)).unwrap().operation("GetThing").unwrap();
    let (given, mut settings) = (parameters(&json!({ "token": "t", "id": "i" })), Settings::default());
    settings.endpoint = Some("test.example.com".to_owned());
    let python = sample(Language::Python, &get(), &given, &settings).unwrap();
    assert_eq!(python.matches("\"token\": \"t\"").count(), 2, "{python}");
    assert!(python.contains("\"id\": \"i\"") && python.contains("pathname=\"/things/i\""), "{python}");
    let command = written(Language::Aliyun, (get(), given));
    assert!(command.contains("/things/i ") && command.contains("--id i"), "{command}");
}

#[test]
fn python_asks_the_environment_where_it_goes_and_goes_to_no_other_region() {
    let given = || parameters(&json!({ "ClusterId": "c1" }));
    let python = |region: Option<&str>| {
        let mut settings = Settings::default();
        settings.region = region.map(str::to_owned);
        sample(Language::Python, &operation("cs", "DeleteCluster"), &given(), &settings).unwrap()
    };
    let asking = "endpoint = os.environ.get(\"ALIBABA_CLOUD_ENDPOINT\")\nif not endpoint:\n    endpoint = ";
    let open = python(None);
    assert!(open.contains(&format!("{asking}\"cs.cn-hangzhou.aliyuncs.com\"\n")), "{open}");
    assert!(
        open.contains("if os.environ.get(\"ALIBABA_CLOUD_REGION_ID\", \"\") not in (\"\", \"cn-hangzhou\"):"),
        "{open}"
    );
    assert!(open.contains("endpoint=host") && open.contains("protocol=scheme.upper() or \"HTTPS\""), "{open}");
    // One that was given is meant, whatever the environment says.
    let given = python(Some("cn-shanghai"));
    assert!(given.contains(&format!("{asking}\"cs.cn-shanghai.aliyuncs.com\"\n")), "{given}");
    assert!(!given.contains("ALIBABA_CLOUD_REGION_ID"), "{given}");
}

#[test]
fn a_number_in_a_query_is_written_without_an_exponent() {
    let document = json!({
        "info": { "style": "RPC", "product": "Test", "version": "2026-01-01" },
        "apis": { "GetThing": {
            "methods": ["get"], "security": [{ "AK": [] }], "responses": {},
            "parameters": [{ "name": "Share", "in": "query", "schema": { "type": "number", "format": "double" } }]
        } }
    });
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("numbers.json");
    std::fs::write(&file, document.to_string()).unwrap();
    let mut settings = Settings::default();
    settings.endpoint = Some("test.example.com".to_owned());
    for (value, text) in [(json!(1e-7), "0.0000001"), (json!(1e16), "10000000000000000"), (json!(2.5), "2.5")] {
        let get = product("test", Some(&file)).unwrap().operation("GetThing").unwrap();
        let python = sample(Language::Python, &get, &parameters(&json!({ "Share": value })), &settings).unwrap();
        assert!(python.contains(&format!("\"Share\": \"{text}\"")), "{python}");
    }
}

#[test]
fn the_official_cli_is_given_what_travels_twice_in_both_places() {
    let text = |place: &str| json!({ "name": "token", "in": place, "schema": { "type": "string" } });
    let document = json!({
        "info": { "style": "RPC", "product": "Test", "version": "2026-01-01" },
        "apis": { "GetThing": {
            "methods": ["get"], "security": [{ "AK": [] }], "responses": {}, "parameters": [text("header"), text("query")]
        } }
    });
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("both.json");
    std::fs::write(&file, document.to_string()).unwrap();
    let get = product("test", Some(&file)).unwrap().operation("GetThing").unwrap();
    let command = written(Language::Aliyun, (get, parameters(&json!({ "token": "t" }))));
    assert!(command.contains("--header token=t") && command.contains("--token t"), "{command}");
}

#[test]
fn a_boolean_in_a_query_is_written_as_the_cloud_reads_it() {
    let given = json!({ "InstanceId": "i-1", "DryRun": true });
    let text = written(Language::Python, (operation("ecs", "StartInstance"), parameters(&given)));
    assert!(text.contains(r#""DryRun": "true","#), "{text}");
    let text = written(Language::Apsara, (operation("ecs", "StartInstance"), parameters(&given)));
    assert!(text.contains("--DryRun true"), "{text}");
}

#[test]
fn json_of_many_values_is_read_as_the_type_that_the_setter_cannot_tell() {
    let many: Map<String, Value> = (0..24).map(|number| (format!("p{number}"), number.into())).collect();
    let given = json!({ "RegionId": "cn-hangzhou", "CommandId": "c-1", "Parameters": many });
    let text = written(Language::Rust, (operation("ecs", "InvokeCommand"), parameters(&given)));
    assert!(text.contains(r#".parameters(serde_json::from_str::<serde_json::Value>("{\"p0\":0,"#), "{text}");
    assert!(text.contains("// serde_json = \"1\"\n"), "{text}");
}

#[test]
fn the_same_call_is_written_in_the_same_way() {
    for call in [restart, create] {
        for language in Language::all().iter().filter(|language| **language != Language::Curl) {
            assert_eq!(written(*language, call()), written(*language, call()));
        }
        let zip = || project(&call().0, &call().1, &Settings::default()).unwrap();
        assert!(zip() == zip(), "two zips of one call differ");
    }
}

#[test]
fn a_signed_command_holds_the_key_and_no_secret() {
    let (operation, parameters) = restart();
    let mut settings = Settings::default();
    let refused = sample(Language::Curl, &operation, &parameters, &settings).unwrap_err().to_string();
    assert!(refused.contains("needs an access key"), "{refused}");
    settings.credentials = Some(Credentials::temporary("LTAI-id", "canary-secret", "canary-token").unwrap());
    let text = sample(Language::Curl, &operation, &parameters, &settings).unwrap();
    assert!(text.contains("LTAI-id") && !text.contains("canary"), "{text}");
    assert!(text.contains("x-acs-security-token: ${ALIBABA_CLOUD_SECURITY_TOKEN:?}"), "{text}");
    assert!(text.contains("good for 15 minutes"), "{text}");
    let (operation, parameters) = create();
    let refused = sample(Language::Curl, &operation, &parameters, &settings).unwrap_err().to_string();
    assert!(refused.contains("would hold a secret") && !refused.contains("canary"), "{refused}");
}

#[test]
fn what_a_parameter_cannot_hold_is_refused_by_its_path() {
    let told = |of: &str, name: &str, given: Value| {
        let error =
            sample(Language::Rust, &operation(of, name), &parameters(&given), &Settings::default()).unwrap_err();
        let told = error.to_string();
        assert!(!told.contains("canary"), "{told}");
        told
    };
    assert_eq!(
        told("live", "RestartLivePullToPush", json!({ "TaskIdd": "canary" })),
        "RestartLivePullToPush has no parameter TaskIdd; did you mean TaskId?"
    );
    assert_eq!(told("live", "RestartLivePullToPush", json!({ "TaskId": 1 })), "TaskId must be a text");
    assert_eq!(
        told("ecs", "TagResources", json!({ "Tag": [{ "Key": "a" }, { "Key": ["canary"] }] })),
        "Tag.2.Key must be a text"
    );
    assert_eq!(
        told("ecs", "TagResources", json!({ "Tag": [{ "Kee": "canary" }] })),
        "Tag.1 has no entry Kee; did you mean Key?"
    );
}

/// Values that mean something to a shell, to a program's text, or to nobody.
const NASTY: [&str; 17] = [
    "it's",
    "\"",
    "\\",
    "\\'",
    "$HOME",
    "$(id)",
    "`id`",
    "a\nb",
    "\r\n",
    "\t",
    " ",
    "",
    "-x",
    "--",
    "@file",
    "😀é\u{301}",
    "\u{1}\u{7f}",
];

#[test]
fn what_is_quoted_is_read_as_it_was() {
    let mut seed = [0; 8];
    getrandom::fill(&mut seed).unwrap();
    let mut state = u64::from_le_bytes(seed) | 1;
    println!("seed {state}");
    let mut next = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below as u64).unwrap()
    };
    let mut values: Vec<String> = NASTY.map(str::to_owned).to_vec();
    for _ in 0..200 {
        let count = 1 + next(6);
        values.push((0..count).map(|_| NASTY[next(NASTY.len())]).collect());
    }
    for value in &values {
        let call = || (operation("live", "RestartLivePullToPush"), parameters(&json!({ "TaskId": value })));
        assert_eq!(&in_rust(&written(Language::Rust, call())), value);
        assert_eq!(in_shell(&written(Language::Apsara, call())), at_escaped(value));
        assert_eq!(&in_shell(&written(Language::Aliyun, call())), value);
    }
}

/// The program takes what begins with a sign for a file, unless the sign stands there twice.
fn at_escaped(value: &str) -> String {
    if value.starts_with('@') { format!("@{value}") } else { value.to_owned() }
}

/// Returns the one text that a program gives to the setter of the task.
fn in_rust(program: &str) -> String {
    struct Found(Option<String>);
    impl<'ast> syn::visit::Visit<'ast> for Found {
        fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
            if let (true, Some(syn::Expr::Lit(literal))) = (call.method == "task_id", call.args.first())
                && let syn::Lit::Str(text) = &literal.lit
            {
                self.0 = Some(text.value());
            }
            syn::visit::visit_expr_method_call(self, call);
        }
    }
    let mut found = Found(None);
    syn::visit::visit_file(&mut found, &syn::parse_file(program).unwrap());
    found.0.unwrap_or_else(|| panic!("no task in {program}"))
}

/// Has a shell take a command line apart, and returns the value of the last word.
fn in_shell(command: &str) -> String {
    let words = "words() { for word; do printf '%s\\0' \"$word\"; done; }\n";
    let text = format!("{words}{}", command.replacen("apsara ", "words ", 1).replacen("aliyun ", "words ", 1));
    let output = std::process::Command::new("sh").arg("-c").arg(&text).output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    let words: Vec<&str> = printed.split('\0').collect();
    let last = words[words.len() - 2];
    // A value that begins like an option stands behind the name.
    let behind = ["--task-id=", "--TaskId="].into_iter().find_map(|name| last.strip_prefix(name));
    assert!(behind.is_some() || !last.starts_with('-'), "{command}");
    behind.unwrap_or(last).to_owned()
}

#[test]
fn what_no_command_line_holds_is_a_file_or_refused() {
    for value in ["a\0b", "-"] {
        let call = || (operation("live", "RestartLivePullToPush"), parameters(&json!({ "TaskId": value })));
        let text = written(Language::Apsara, call());
        assert!(text.contains("--input-json - <<'JSON'") && !text.contains('\0'), "{text}");
    }
    let call = || (operation("live", "RestartLivePullToPush"), parameters(&json!({ "TaskId": "a\0b" })));
    let text = written(Language::Aliyun, call());
    assert!(text.starts_with("refused: TaskId has a zero byte in it"), "{text}");
    assert!(written(Language::Rust, call()).contains(r#"task_id("a\0b")"#));
    assert!(written(Language::Python, call()).contains(r#""a\u0000b""#));
}
