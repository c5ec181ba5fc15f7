//! Every client in Rust, by its name.

mod by_hand;
mod ours;
#[cfg(feature = "peers")]
mod peers;
mod raw;

pub use self::ours::{WIDE, Wide};
use crate::Failure;
#[cfg(feature = "peers")]
use crate::rounds::on_many_threads;
use crate::rounds::on_tokio;
use crate::server::{Server, raise_descriptor_limit};

/// Runs the rounds of the client that the first argument names, against the host of the second, which shows the certificate in the
/// file of the third, if there is one.
///
/// # Errors
///
/// Fails where there is no client of that name, and where a call fails.
pub fn run(mut arguments: impl Iterator<Item = String>) -> Result<(), Failure> {
    let name = arguments.next().ok_or("which client?")?;
    let host = arguments.next().ok_or("of which host?")?;
    let server = &Server { host, certificate: arguments.next().map(Into::into) };
    raise_descriptor_limit()?;
    match name.as_str() {
        "raw-hyper" => on_tokio(|| raw::Hyper::new(server)),
        "raw-reqwest" => on_tokio(|| raw::Reqwest::new(server)),
        "by-hand-v1-hyper" => on_tokio(|| by_hand::Hyper::new(server, by_hand::V1)),
        "by-hand-v3-hyper" => on_tokio(|| by_hand::Hyper::new(server, by_hand::V3)),
        "by-hand-v1-reqwest" => on_tokio(|| by_hand::Reqwest::new(server, by_hand::V1)),
        "by-hand-v3-reqwest" => on_tokio(|| by_hand::Reqwest::new(server, by_hand::V3)),
        "ours-v1-hyper" => on_tokio(|| ours::hyper(server, apsara::SignatureVersion::V1)),
        "ours-v3-hyper" => on_tokio(|| ours::hyper(server, apsara::SignatureVersion::V3)),
        "ours-v1-reqwest" => on_tokio(|| ours::reqwest(server, apsara::SignatureVersion::V1)),
        "ours-v3-reqwest" => on_tokio(|| ours::reqwest(server, apsara::SignatureVersion::V3)),
        #[cfg(feature = "peers")]
        "alibabacloud" => on_tokio(|| Ok(peers::AlibabaCloud::new(server))),
        #[cfg(feature = "peers")]
        "aliyun-openapi-core" => on_tokio(|| Ok(peers::AliyunOpenapiCore::new(server))),
        #[cfg(feature = "peers")]
        "alibaba-cloud-sdk" => on_many_threads(|| peers::alibaba_cloud_sdk(server)),
        #[cfg(feature = "peers")]
        "aws-sdk-ivs" => on_tokio(|| peers::AwsIvs::new(server)),
        other => Err(format!("there is no client `{other}`").into()),
    }
}
