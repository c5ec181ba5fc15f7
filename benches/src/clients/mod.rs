//! Every client in Rust, by its name.

mod by_hand;
mod ours;
mod peers;
mod raw;

pub use self::ours::{WIDE, Wide};
use crate::Failure;
use crate::rounds::{on_many_threads, on_one_thread};

/// Runs the rounds of the client that the first argument names, against the host of the second.
///
/// # Errors
///
/// Fails where there is no client of that name, and where a call fails.
pub fn run(mut arguments: impl Iterator<Item = String>) -> Result<(), Failure> {
    let name = arguments.next().ok_or("which client?")?;
    let host = arguments.next().ok_or("of which host?")?;
    let host = host.as_str();
    match name.as_str() {
        "raw-hyper" => on_one_thread(|| raw::Hyper::new(host)),
        "raw-reqwest" => on_one_thread(|| Ok(raw::Reqwest::new(host))),
        "by-hand-v1-hyper" => on_one_thread(|| by_hand::Hyper::new(host, by_hand::V1)),
        "by-hand-v3-hyper" => on_one_thread(|| by_hand::Hyper::new(host, by_hand::V3)),
        "by-hand-v1-reqwest" => on_one_thread(|| by_hand::Reqwest::new(host, by_hand::V1)),
        "by-hand-v3-reqwest" => on_one_thread(|| by_hand::Reqwest::new(host, by_hand::V3)),
        "ours-v1-hyper" => on_one_thread(|| ours::hyper(host, apsara::SignatureVersion::V1)),
        "ours-v3-hyper" => on_one_thread(|| ours::hyper(host, apsara::SignatureVersion::V3)),
        "ours-v1-reqwest" => on_one_thread(|| ours::reqwest(host, apsara::SignatureVersion::V1)),
        "ours-v3-reqwest" => on_one_thread(|| ours::reqwest(host, apsara::SignatureVersion::V3)),
        "aliyun-openapi-core" => on_one_thread(|| Ok(peers::AliyunOpenapiCore::new(host))),
        "alibaba-cloud-sdk" => on_many_threads(|| peers::alibaba_cloud_sdk(host)),
        "aws-sdk-ivs" => on_one_thread(|| Ok(peers::AwsIvs::new(host))),
        other => Err(format!("there is no client `{other}`").into()),
    }
}
