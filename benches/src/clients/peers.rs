//! Other clients in Rust, at the released versions that the lock file names, used as their documentation shows.

use alibaba_cloud_sdk_rust::sdk::requests::{BaseRequestExt as _, GET, RpcRequest};
use alibaba_cloud_sdk_rust::sdk::responses::BaseResponse;
use alibaba_cloud_sdk_rust::services::dysmsapi::Client as AlibabaCloudSdk;
use aliyun_openapi_core_rust_sdk::client::rpc::RPClient;
use aws_sdk_ivs::config::{BehaviorVersion, Credentials, Region};

use crate::rounds::Caller;
use crate::{ACCESS_KEY_ID, ACCESS_KEY_SECRET, Answer, Failure, REGION, TASK_ID};

/// aliyun-openapi-core-rust-sdk, which signs with version 1.
pub(super) struct AliyunOpenapiCore(RPClient);

impl AliyunOpenapiCore {
    pub(super) fn new(host: &str) -> Self {
        Self(RPClient::new(ACCESS_KEY_ID, ACCESS_KEY_SECRET, format!("http://{host}")))
    }
}

impl Caller for AliyunOpenapiCore {
    async fn call(&self) -> Result<(), Failure> {
        let call = self.0.clone().version("2016-11-01").get("RestartLivePullToPush");
        call.query([("Region", REGION), ("TaskId", TASK_ID)]).json::<Answer>().await?.check()
    }
}

/// alibaba-cloud-sdk-rust, which signs with version 1 and blocks. It knows one operation, but calls any.
pub(super) fn alibaba_cloud_sdk(host: &str) -> Result<impl FnMut() -> Result<(), Failure> + use<>, Failure> {
    let mut client = AlibabaCloudSdk::NewClientWithAccessKey(REGION, ACCESS_KEY_ID, ACCESS_KEY_SECRET)?;
    client.Domain = host.to_owned();
    Ok(move || {
        let mut request = RpcRequest::default();
        request.InitWithApiInfo("Live", "2016-11-01", "RestartLivePullToPush", "", "");
        request.SetMethod(GET);
        request.addQueryParam("Region", REGION);
        request.addQueryParam("TaskId", TASK_ID);
        let mut answer = BaseResponse::default();
        client.DoAction(&mut request, &mut answer)?;
        serde_json::from_slice::<Answer>(&answer.httpContentBytes)?.check()
    })
}

/// aws-sdk-ivs, a generated client of another cloud. The call that is most like ours: it has one text, stops a stream, and is
/// answered with nothing that is read.
pub(super) struct AwsIvs(aws_sdk_ivs::Client);

impl AwsIvs {
    pub(super) fn new(host: &str) -> Self {
        let config = aws_sdk_ivs::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .credentials_provider(Credentials::new(ACCESS_KEY_ID, ACCESS_KEY_SECRET, None, None, "given"))
            .endpoint_url(format!("http://{host}"))
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .region(Region::new("eu-central-1"));
        Self(aws_sdk_ivs::Client::from_conf(config.build()))
    }
}

impl Caller for AwsIvs {
    async fn call(&self) -> Result<(), Failure> {
        self.0.stop_stream().channel_arn(TASK_ID).send().await?;
        Ok(())
    }
}
