//! Other clients in Rust, at the released versions that the lock file names, used as their documentation shows.

use alibaba_cloud_sdk_rust::sdk::requests::{BaseRequestExt as _, GET, RpcRequest};
use alibaba_cloud_sdk_rust::sdk::responses::BaseResponse;
use alibaba_cloud_sdk_rust::services::dysmsapi::Client as AlibabaCloudSdk;
use alibabacloud::client::AliyunClient;
use aliyun_openapi_core_rust_sdk::client::rpc::RPClient;
use aws_sdk_ivs::config::{BehaviorVersion, Credentials, Region};
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};

use crate::rounds::Caller;
use crate::server::Server;
use crate::{ACCESS_KEY_ID, ACCESS_KEY_SECRET, Answer, Failure, REGION, TASK_ID};

/// aliyun-openapi-core-rust-sdk, which signs with version 1.
pub(super) struct AliyunOpenapiCore(RPClient);

impl AliyunOpenapiCore {
    pub(super) fn new(server: &Server) -> Self {
        Self(RPClient::new(ACCESS_KEY_ID, ACCESS_KEY_SECRET, server.address()))
    }
}

impl Caller for AliyunOpenapiCore {
    async fn call(&self) -> Result<(), Failure> {
        let call = self.0.clone().version("2016-11-01").get("RestartLivePullToPush");
        call.query([("Region", REGION), ("TaskId", TASK_ID)]).json::<Answer>().await?.check()
    }
}

/// alibabacloud, which signs with version 1 and speaks HTTPS and nothing else.
///
/// It trusts what is compiled in. This package has its version of reqwest trust the system's certificates too, which are those of the
/// file that `SSL_CERT_FILE` names.
pub(super) struct AlibabaCloud {
    client: AliyunClient,
    host: String,
}

impl AlibabaCloud {
    pub(super) fn new(server: &Server) -> Self {
        let client = AliyunClient::new(ACCESS_KEY_ID.to_owned(), ACCESS_KEY_SECRET.to_owned());
        Self { client, host: format!("{}/", server.host) }
    }
}

impl Caller for AlibabaCloud {
    async fn call(&self) -> Result<(), Failure> {
        let parameters = [
            ("Action", "RestartLivePullToPush"),
            ("Format", "JSON"),
            ("Region", REGION),
            ("TaskId", TASK_ID),
            ("Version", "2016-11-01"),
        ];
        let parameters = parameters.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        // Its error cannot be sent to another thread.
        let answer = self.client.send_request(&self.host, parameters).await.map_err(|error| error.to_string());
        serde_json::from_value::<Answer>(answer?)?.check()
    }
}

/// alibaba-cloud-sdk-rust, which signs with version 1 and blocks. It knows one operation, but calls any.
pub(super) fn alibaba_cloud_sdk(server: &Server) -> Result<impl FnMut() -> Result<(), Failure> + use<>, Failure> {
    let mut client = AlibabaCloudSdk::NewClientWithAccessKey(REGION, ACCESS_KEY_ID, ACCESS_KEY_SECRET)?;
    client.Domain = server.host.clone();
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
    pub(super) fn new(server: &Server) -> Result<Self, Failure> {
        let client = aws_smithy_http_client::Builder::new();
        let client = match &server.certificate {
            None => client.build_http(),
            Some(file) => {
                let trust = TrustStore::empty().with_pem_certificate(std::fs::read(file)?);
                let context = TlsContext::builder().with_trust_store(trust).build()?;
                client.tls_provider(Provider::Rustls(CryptoMode::Ring)).tls_context(context).build_https()
            }
        };
        let config = aws_sdk_ivs::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .credentials_provider(Credentials::new(ACCESS_KEY_ID, ACCESS_KEY_SECRET, None, None, "given"))
            .endpoint_url(server.address())
            .http_client(client)
            .region(Region::new("eu-central-1"));
        Ok(Self(aws_sdk_ivs::Client::from_conf(config.build())))
    }
}

impl Caller for AwsIvs {
    async fn call(&self) -> Result<(), Failure> {
        self.0.stop_stream().channel_arn(TASK_ID).send().await?;
        Ok(())
    }
}
