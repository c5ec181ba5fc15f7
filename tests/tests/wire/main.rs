//! The wire: what ours sends is what the official SDKs send, for an operation of every kind of parameter that the portal documents.
//!
//! A kind is a cell of place, style and type. The program finds the cells, chooses operations that have them all, calls each by both
//! SDKs with the same values, and compares what arrives at a server. What may differ is a table: `compare`.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod cells;
mod clients;
mod compare;
mod official;
mod sample;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use apsara_tests::workspace::root;
use apsara_tests::{Scripted, Step};
use serde_json::Value;

use cells::{Call, Cell};

/// The versions whose official SDKs are installed, and what those are called.
const PACKAGES: [(&str, &str); 26] = [
    ("agentrun/2025-09-10", "alibabacloud_agentrun20250910"),
    ("airticketopen/2023-01-17", "alibabacloud_airticketopen20230117"),
    ("aligenie/ip_1.0", "alibabacloud_aligenieip_1_0"),
    ("arms/2019-08-08", "alibabacloud_arms20190808"),
    ("bailian/2023-12-29", "alibabacloud_bailian20231229"),
    ("cloudcontrol/2022-08-30", "alibabacloud_cloudcontrol20220830"),
    ("config/2020-09-07", "alibabacloud_config20200907"),
    ("cs/2015-12-15", "alibabacloud_cs20151215"),
    ("devops/2021-06-25", "alibabacloud_devops20210625"),
    ("dlfnext/2025-03-10", "alibabacloud_dlfnext20250310"),
    ("dysmsapi/2017-05-25", "alibabacloud_dysmsapi20170525"),
    ("ecs/2014-05-26", "alibabacloud_ecs20140526"),
    ("emr-serverless-spark/2023-08-08", "alibabacloud_emr_serverless_spark20230808"),
    ("fc/2023-03-30", "alibabacloud_fc20230330"),
    ("gemp/2021-04-13", "alibabacloud_gemp20210413"),
    ("hcs-mgw/2024-06-26", "alibabacloud_hcs_mgw20240626"),
    ("kms/2016-01-20", "alibabacloud_kms20160120"),
    ("live/2016-11-01", "alibabacloud_live20161101"),
    ("ocr-api/2021-07-07", "alibabacloud_ocr_api20210707"),
    ("oss/2019-05-17", "alibabacloud_oss20190517"),
    ("pds/2022-03-01", "alibabacloud_pds20220301"),
    ("sls/2020-12-30", "alibabacloud_sls20201230"),
    ("sts/2015-04-01", "alibabacloud_sts20150401"),
    ("ververica/2022-07-18", "alibabacloud_ververica20220718"),
    ("vod/2017-03-21", "alibabacloud_vod20170321"),
    ("vpc/2016-04-28", "alibabacloud_vpc20160428"),
];

/// Reads the portal's documents, by product and version; nothing where they are not.
fn documents() -> Option<BTreeMap<String, Value>> {
    let folder = root().join("../shared/metadata");
    if !folder.exists() {
        assert!(std::env::var_os("CI").is_none(), "the portal's documents are absent, and CI must have them");
        println!("skipped: the portal's documents are absent");
        return None;
    }
    let entries = |folder: PathBuf| fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut documents = BTreeMap::new();
    for product in entries(folder) {
        for version in entries(product) {
            let Ok(text) = fs::read_to_string(version.join("api-docs.json")) else { continue };
            let parts: Vec<&str> = version.iter().rev().take(2).map(|part| part.to_str().unwrap()).collect();
            documents.insert(format!("{}/{}", parts[1], parts[0]), serde_json::from_str(&text).unwrap());
        }
    }
    Some(documents)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ours_and_the_official_sdk_send_the_same_for_every_kind_of_parameter() {
    let Some(documents) = documents() else { return };
    let all: BTreeSet<Cell> = documents.values().flat_map(cells::of_document).collect();
    let mut calls: Vec<Call> = Vec::new();
    for (version, package) in PACKAGES {
        calls.extend(cells::calls(version, package, &documents[version]));
    }
    let surveyed = calls.len();
    official::keep_what_is_known(&mut calls).await;
    let mut chosen = cells::cover(&calls);
    // More of them, if that is asked for: every n-th operation that both sides have.
    if let Some(step) = std::env::var("WIRE_EVERY").ok().and_then(|step| step.parse().ok()) {
        chosen.extend(
            calls.iter().step_by(step).filter(|call| !chosen.iter().any(|it| it.is(call))).cloned().collect::<Vec<_>>(),
        );
    }
    let covered: BTreeSet<Cell> = chosen.iter().flat_map(Call::cells).collect();
    println!(
        "{} cells; {surveyed} operations looked at, {} known to the official SDKs, {} chosen",
        all.len(),
        calls.len(),
        chosen.len()
    );
    let missing: Vec<&Cell> = all.difference(&covered).collect();
    assert_eq!(missing, cells::OUT_OF_REACH.iter().map(|(cell, _)| cell).collect::<Vec<_>>(), "cells that no call has");

    let program = clients::build(&chosen, &documents);
    let (theirs, ours) =
        (Scripted::start(Step::answer(200, "{}")).await, Scripted::start(Step::answer(200, "{}")).await);
    let mut official = official::Sender::start(theirs.url());
    let mut differing = 0;
    for call in &chosen {
        let before = [theirs.requests().len(), ours.requests().len()];
        let told = [official.send(call).await, clients::send(&program, call, ours.url()).await];
        let (their, our) = (theirs.requests().split_off(before[0]), ours.requests().split_off(before[1]));
        let differences = match (their.as_slice(), our.as_slice()) {
            ([their], [our]) => compare::differences(call, their, our),
            _ => vec![format!("theirs were {} requests, ours {}", their.len(), our.len())],
        };
        let cells: Vec<String> = call.cells().map(|cell| cell.to_string()).collect();
        println!("{} {}: {}", call.version, call.operation, cells.join("; "));
        if !differences.is_empty() {
            differing += 1;
            println!("  {}\n  told: {told:?}", differences.join("\n  "));
        }
    }
    assert_eq!(differing, 0, "operations are sent otherwise than by the official SDK");
}
