//! The official SDKs beside ours: they drive our emulator, and their functions sign our requests again.

#![allow(clippy::unwrap_used)]

mod credentials;
mod family;
mod gateway;
mod ram;
mod roa;
mod sdk;
mod signed;
mod throttle;
mod twice;

use apsara_tests::workspace;

use crate::sdk::{Peer, run};

#[tokio::test]
async fn the_official_python_sdk_drives_the_family_with_signature_v3() {
    family::check(Peer::PythonV3).await;
}

#[tokio::test]
async fn the_official_python_core_drives_the_family_with_signature_v1() {
    family::check(Peer::PythonV1).await;
}

#[tokio::test]
async fn the_official_node_core_drives_the_family_with_signature_v3() {
    family::check(Peer::NodeV3).await;
}

#[tokio::test]
async fn the_official_older_node_core_drives_the_family_with_signature_v1() {
    family::check(Peer::NodeV1).await;
}

#[tokio::test]
async fn the_gateway_judges_the_official_python_sdk() {
    gateway::check(Peer::PythonV3).await;
}

#[tokio::test]
async fn the_gateway_judges_the_official_python_core() {
    gateway::check(Peer::PythonV1).await;
}

#[tokio::test]
async fn the_gateway_judges_the_official_node_core() {
    gateway::check(Peer::NodeV3).await;
}

#[tokio::test]
async fn the_gateway_judges_the_official_older_node_core() {
    gateway::check(Peer::NodeV1).await;
}

#[tokio::test]
async fn the_official_python_sdk_calls_an_operation_with_a_path() {
    roa::check(Peer::PythonV3).await;
}

#[tokio::test]
async fn the_official_python_core_calls_an_operation_with_a_path() {
    roa::check(Peer::PythonV1).await;
}

#[tokio::test]
async fn the_official_node_core_calls_an_operation_with_a_path() {
    roa::check(Peer::NodeV3).await;
}

#[tokio::test]
async fn the_official_older_node_core_calls_an_operation_with_a_path() {
    roa::check(Peer::NodeV1).await;
}

#[tokio::test]
async fn the_official_python_sdk_is_told_that_it_calls_too_often() {
    throttle::check(Peer::PythonV3).await;
}

#[tokio::test]
async fn the_official_python_core_is_told_that_it_calls_too_often() {
    throttle::check(Peer::PythonV1).await;
}

#[tokio::test]
async fn the_official_node_core_is_told_that_it_calls_too_often() {
    throttle::check(Peer::NodeV3).await;
}

#[tokio::test]
async fn the_official_older_node_core_is_told_that_it_calls_too_often() {
    throttle::check(Peer::NodeV1).await;
}

#[tokio::test]
async fn the_official_python_sdk_is_held_to_policies() {
    ram::check(Peer::PythonV3).await;
}

#[tokio::test]
async fn the_official_python_core_is_held_to_policies() {
    ram::check(Peer::PythonV1).await;
}

#[tokio::test]
async fn the_official_node_core_is_held_to_policies() {
    ram::check(Peer::NodeV3).await;
}

#[tokio::test]
async fn the_official_older_node_core_is_held_to_policies() {
    ram::check(Peer::NodeV1).await;
}

#[tokio::test]
async fn every_spec_is_valid_by_the_schema_that_it_names() {
    let specs = workspace::root().join("api-specs");
    let printed = run("check_schemas.py", &[("SPECS", specs.to_str().unwrap())], "").await;
    let lines: Vec<&str> = printed.lines().collect();
    let (checked, refused) = lines.split_first().unwrap();
    let count: usize = checked.strip_suffix(" checked").unwrap_or_else(|| panic!("{printed}")).parse().unwrap();
    assert!(count >= 22, "{printed}");
    assert_eq!(refused, ["overlay: refused", "overlay: refused", "product: refused", "operation: refused"]);
}

#[tokio::test]
async fn the_official_python_package_finds_the_same_keys() {
    credentials::check_keys().await;
}

#[tokio::test]
async fn the_official_python_package_assumes_the_same_roles() {
    credentials::check_roles().await;
}

#[tokio::test]
async fn the_official_python_package_goes_on_with_our_logins_and_we_with_its() {
    credentials::check_logins().await;
}
