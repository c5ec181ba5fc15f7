//! Untyped calls, described by specs at run time: they send what generated clients send, and the emulator takes them.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex};

use apsara::transport::{BoxFuture, Transport, TransportError};
use apsara::untyped::{self, Description, Kind, Method, Parameter};
use apsara::{Config, Credentials, GatewayCode, Operation, Outcome, Quota};
use apsara_codegen::{Options, Sources, describe};
use apsara_core::generated::v1::Request;
use apsara_emulator::Emulator;
use apsara_tests::workspace::root;
use apsara_tests::{at, config};
use bytes::Bytes;
use serde_json::{Map, Value, json};

type Descriptions = BTreeMap<(String, String), Arc<Description>>;

const PRODUCTS: [(&str, &str); 3] = [("cs", "2015-12-15"), ("live", "2016-11-01"), ("sts", "2015-04-01")];

/// Every operation of the products, by product and name.
static DESCRIPTIONS: LazyLock<Descriptions> = LazyLock::new(|| {
    let mut sources = Sources::default();
    for (product, version) in PRODUCTS {
        let folder = format!("{product}/{version}");
        for entry in std::fs::read_dir(root().join("api-specs").join(&folder)).unwrap() {
            let (path, name) = entry.map(|entry| (entry.path(), entry.file_name())).unwrap();
            let name = format!("api-specs/{folder}/{}", name.to_str().unwrap());
            sources.insert(name, std::fs::read_to_string(path).unwrap());
        }
    }
    let described = describe(&sources, &Options::default()).unwrap();
    let read = |json: &Value| Arc::new(Description::from_json(json).unwrap());
    let entry = |description: Arc<Description>| {
        ((description.product_name().to_lowercase(), description.name().to_owned()), description)
    };
    described.iter().map(read).map(entry).collect()
});

fn described(operation: &Operation) -> &'static Arc<Description> {
    &DESCRIPTIONS[&(operation.product.name.to_lowercase(), operation.name.to_owned())]
}

/// Keeps what would have been sent.
#[derive(Clone, Debug, Default)]
struct Kept(Arc<Mutex<Vec<http::Request<Bytes>>>>);

impl Transport for Kept {
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Bytes>, TransportError>> {
        self.0.lock().unwrap().push(request);
        Box::pin(async { Ok(http::Response::new(Bytes::from("{\"RequestId\":\"r\"}"))) })
    }
}

impl Kept {
    /// Returns the last request without what differs from attempt to attempt.
    fn last(&self) -> String {
        let request = self.0.lock().unwrap().pop().unwrap();
        let mut text = format!("{} {}\n", request.method(), request.uri());
        for (name, value) in request.headers() {
            if !["authorization", "x-acs-date", "x-acs-signature-nonce"].contains(&name.as_str()) {
                text.push_str(&format!("{name}: {}\n", value.to_str().unwrap()));
            }
        }
        format!("{text}\n{}", String::from_utf8_lossy(request.body()))
    }
}

/// Makes a value for each parameter, of its kind, with letters that clients disagree on.
fn values(description: &Description) -> Map<String, Value> {
    let value = |parameter: &Parameter| (parameter.name().to_owned(), value(description, parameter.kind(), 0));
    description.parameters().iter().map(value).collect()
}

fn value(description: &Description, kind: &Kind, depth: usize) -> Value {
    match kind {
        Kind::Bool => json!(true),
        Kind::Int32 => json!(7),
        Kind::Int64 => json!(9_007_199_254_740_993_i64),
        Kind::Number => json!(1.5),
        Kind::Bytes => json!("YSBiJmM="),
        Kind::Json => json!({ "a b": [1, "é"], "c": true }),
        Kind::List(kind) => json!([value(description, kind, depth + 1), value(description, kind, depth + 1)]),
        Kind::Map(kind) => json!({ "one": value(description, kind, depth + 1) }),
        Kind::Object(name) => {
            // What is deeper than this holds itself.
            let fields = description.fields(name).unwrap().iter().filter(|_| depth < 6);
            fields.map(|field| (field.name().to_owned(), value(description, field.kind(), depth + 1))).collect()
        }
        _ => json!("a b&c=d+e/é%*~'中"),
    }
}

fn call(config: &Config, description: &Arc<Description>, values: Map<String, Value>) -> untyped::Call {
    let call = untyped::Client::new(config).described(description);
    values.into_iter().fold(call, |call, (name, value)| call.param(name, value))
}

/// Sends requests both ways, compares their bytes, and returns how many they were.
macro_rules! same {
    ($config:expr, $kept:expr, $client:ty: $($request:ty)*) => {{
        let client = <$client>::new($config);
        let mut compared = 0;
        $(
            let description = described(<$request as Request>::OPERATION);
            let given = values(description);
            // What comes back is not that of the operation; only what is sent matters.
            let _ = call($config, description, given.clone()).send().await;
            let untyped = $kept.last();
            let request: $request = serde_json::from_value(Value::Object(given)).unwrap();
            let _ = client.execute(&request).await;
            assert_eq!(untyped, $kept.last(), "{}", description.name());
            compared += 1;
        )*
        compared
    }};
}

#[tokio::test]
async fn a_described_call_is_sent_as_the_generated_client_sends_it() {
    let kept = Kept::default();
    let key = Credentials::new("LTAI-id", "secret").unwrap();
    let builder = Config::builder().credentials(key).region("cn-shanghai").transport(kept.clone());
    let config = &builder.without_validation().without_pacing().build().unwrap();
    let live = {
        use apsara::live::*;
        same!(config, kept, Client:
             AddCasterEpisodeGroupRequest AddCasterLayoutRequest AddLiveCenterTransferRequest
            AddLiveMessageGroupBandRequest AddLiveStreamMergeRequest BanLiveMessageGroupRequest
            BatchSetLiveDomainConfigsRequest CreateEventSubRequest CreateLivePullToPushRequest CreateMessageAppRequest
            CreateMixStreamRequest DeleteCasterVideoResourceRequest DeleteLiveCenterTransferRequest
            DeleteLivePrivateLineRequest DeleteLivePullToPushRequest DeleteLiveStreamMonitorRequest
            DeleteSnapshotCallbackAuthRequest DescribeCasterVideoResourcesRequest DescribeLiveCenterTransferRequest
            DescribeLiveDomainDetailRequest DescribeLiveDomainRealTimeBpsDataRequest DescribeLiveGrtnDurationRequest
            DescribeLivePullStreamConfigRequest DescribeLivePullToPushListRequest DescribeLivePullToPushRequest
            DescribeLiveShiftConfigsRequest DescribeLiveStreamMonitorListRequest DescribeLiveStreamWatermarksRequest
            DescribeLiveUserStreamMetricDataRequest DescribeShowListRequest EffectCasterUrgentRequest
            HotLiveRtcStreamRequest ListLiveMessageGroupMessagesRequest ListPlaylistItemsRequest
            ModifyLiveMessageAppAuditRequest PlayChoosenShowRequest RestartLivePullToPushRequest
            SetLiveDomainMultiStreamConfigRequest SetSnapshotCallbackAuthRequest StopLiveDomainRequest
            StopLivePullToPushRequest UpdateCasterSceneConfigRequest UpdateLiveDetectNotifyConfigRequest
            UpdateLivePullToPushRequest UpdateLiveStreamWatermarkRuleRequest
        )
    };
    let cs = {
        use apsara::cs::*;
        same!(config, kept, Client:
            CancelTaskRequest CreateClusterDiagnosisRequest CreateTriggerRequest DeleteClusterRequest DescribeAddonRequest
            DescribeClusterAddonsVersionRequest DescribeClusterNodePoolsRequest DescribeClusterVulsRequest
            DescribeExternalAgentRequest DescribePolicyInstancesRequest DescribeTemplatesRequest
            GetClusterAddonInstanceRequest GetClusterInspectReportDetailRequest ListClusterAddonInstancesRequest
            ListTagResourcesRequest ModifyClusterTagsRequest PauseTaskRequest RevokeK8sClusterKubeConfigRequest
            StopAlertRequest UpdateClusterInspectConfigRequest UpdateUserPermissionsRequest
        )
    };
    let sts = {
        use apsara::sts::*;
        same!(config, kept, Client: AssumeRoleRequest AssumeRoleWithOidcRequest AssumeRoleWithSamlRequest GetCallerIdentityRequest )
    };
    assert!(live >= 40 && cs >= 20 && sts == 4, "{live}, {cs}, {sts}");
}

#[tokio::test]
async fn the_relay_family_can_be_called_by_its_specs() {
    let emulator = Emulator::start().await.unwrap();
    let config = config(&emulator);
    let client = untyped::Client::new(&config);
    let of = |name: &str| client.described(&DESCRIPTIONS[&("live".to_owned(), name.to_owned())]);
    let created = of("CreateLivePullToPush")
        .param("Region", "cn-shanghai")
        .param("TaskName", "untyped")
        .param("StartTime", at(&emulator, 3600))
        .param("EndTime", at(&emulator, 90_000))
        .param("SourceType", "live")
        .param("SourceProtocol", "rtmp")
        .param("SourceUrls", json!(["rtmp://pull.example.com/app/untyped"]))
        .param("DstUrl", "rtmp://push.example.com/app/untyped");
    assert!(!format!("{created:?}").contains("app/untyped"), "{created:?}");
    let created = created.send().await.unwrap();
    assert_eq!((created.http_status(), created.attempts()), (200, 1));
    let id = created.json().unwrap()["TaskId"].as_str().unwrap().to_owned();
    emulator.clock().advance(std::time::Duration::from_secs(3700));
    let restarted =
        of("RestartLivePullToPush").param("Region", "cn-shanghai").param("TaskId", &*id).send().await.unwrap();
    let second = restarted.json().unwrap();
    assert_eq!(restarted.request_id(), second["RequestId"].as_str());
    assert_ne!(second["TaskId"], json!(id));

    // Without a description, the call itself says what is not taken for granted.
    let plain = client.call("live", "2016-11-01", "DescribeLivePullToPush").param("Region", "cn-shanghai");
    let task = plain
        .method(Method::Get)
        .param("TaskId", second["TaskId"].clone())
        .quota(Quota::per_second(10))
        .send()
        .await
        .unwrap();
    assert_eq!(task.json().unwrap()["TaskInfo"]["TaskName"], "untyped", "{:?}", task.json());

    let error = of("DeleteLivePullToPush").param("Region", "cn-shanghai").param("TaskId", "nowhere");
    let error = error.send().await.unwrap_err();
    assert_eq!(error.service().unwrap().code(), "CodeTaskNotExist");
    assert_eq!(error.outcome(), Outcome::Rejected);
    // The codes of the generated client are those of the same operation.
    let code = error.code::<apsara::live::DeleteLivePullToPushError>();
    assert_eq!(code, Some(apsara::live::DeleteLivePullToPushError::CodeTaskNotExist));
    let error = client.call("live", "2016-11-01", "Restart").send().await.unwrap_err();
    assert_eq!(error.gateway_code(), Some(GatewayCode::InvalidActionNotFound), "{error}");
}

#[tokio::test]
async fn a_described_call_is_checked_as_a_generated_one() {
    let emulator = Emulator::start().await.unwrap();
    let (config, live) = (config(&emulator), apsara_tests::live(&emulator));
    let list = described(<apsara::live::DescribeLivePullToPushListRequest as Request>::OPERATION);
    let typed = live.describe_live_pull_to_push_list().region("cn-nowhere").page_size(0);
    let untyped = untyped::Client::new(&config).described(list).param("Region", "cn-nowhere").param("PageSize", 0);
    assert_eq!(untyped.check(), typed.check());
    assert!(untyped.check().len() >= 2, "{:?}", untyped.check());
    let told = |error: apsara::Error| (error.to_string(), error.outcome(), error.attempts());
    assert_eq!(told(untyped.send().await.unwrap_err()), told(typed.send().await.unwrap_err()));

    let restart = described(<apsara::live::RestartLivePullToPushRequest as Request>::OPERATION);
    let call = untyped::Client::new(&config).described(restart).param("Regio", "cn-shanghai").param("TaskId", 7);
    let error = call.send().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "live RestartLivePullToPush: the request is not valid: Regio is no parameter of this operation, did you mean \
         `Region`?; TaskId cannot be read: expected a text, found an integer; Region is required [outcome: not sent]"
    );
    assert_eq!(emulator.ledger().len(), 0, "something was sent");
}

#[test]
fn specs_that_are_shipped_as_data_describe_the_same() {
    let mut compared = 0;
    for version in apsara_specs::versions().filter(|version| PRODUCTS.iter().any(|it| it.0 == version.product())) {
        for name in version.operations().step_by(4) {
            let operation = version.operation(name).unwrap();
            let described = apsara_codegen::describe_data(
                version.product(),
                &version.shared(),
                name,
                operation.spec(),
                operation.overlay(),
            )
            .unwrap();
            let known = &DESCRIPTIONS[&(version.product().to_owned(), name.to_owned())];
            assert_eq!(format!("{:?}", Description::from_json(&described).unwrap()), format!("{known:?}"));
            compared += 1;
        }
    }
    assert!(compared >= 100, "{compared}");
}

/// Several parameters of the body are one object, and one beside a form is a part of it: client and emulator read specs alike.
#[tokio::test]
async fn bodies_that_share_a_request_arrive() {
    let parameter = |name: &str, place: &str, schema: Value| json!({ "name": name, "in": place, "schema": schema });
    let one = parameter("One", "body", json!({ "type": "integer", "required": true }));
    let policy = json!({ "type": "object", "properties": { "Days": { "type": "integer", "required": true } } });
    let policy = parameter("Policy", "body", policy);
    let texts = json!({ "type": "array", "items": { "type": "string" } });
    let tags = json!({ "name": "Tag", "in": "body", "style": "flat", "schema": texts });
    let name = parameter("Name", "formData", json!({ "type": "string", "required": true }));
    let operation = |parameters: Value| json!({ "methods": ["post"], "security": [{ "AK": [] }], "responses": {}, "parameters": parameters });
    let document = json!({
        "info": { "style": "RPC", "product": "Bodies", "version": "2020-01-01" },
        "apis": { "Beside": operation(json!([name, policy, tags])), "Several": operation(json!([one, policy, tags])) },
    });
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bodies.json");
    std::fs::write(&file, document.to_string()).unwrap();
    let emulator = Emulator::builder().spec_file(file).start().await.unwrap();
    let config = config(&emulator);
    let mut sources = Sources::default();
    sources.insert_document("bodies.json", document.to_string());
    for described in describe(&sources, &Options::default()).unwrap() {
        let description = Arc::new(Description::from_json(&described).unwrap());
        let required = if description.name() == "Several" { ("One", json!(1)) } else { ("Name", json!("a b&c")) };
        let call = || untyped::Client::new(&config).described(&description).param(required.0, required.1.clone());
        for call in [call(), call().param("Policy", json!({ "Days": 1 })).param("Tag", json!(["a", "b"]))] {
            let answer = call.send().await.unwrap_or_else(|error| panic!("{}: {error}", description.name()));
            assert_eq!(answer.http_status(), 200);
        }
    }
}
