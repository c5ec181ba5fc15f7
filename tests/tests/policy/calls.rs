//! The calls whose policies are proven. This file is also the source that they are found in.

use apsara::live::{self, Region, RestartLivePullToPushRequest};
use apsara::{Config, Error, cs, sts, untyped};
use apsara_emulator::Emulator;
use apsara_tests::at;

/// What became of the calls, in their order.
pub(crate) type Made = Vec<(&'static str, Result<(), Error>)>;

/// Makes every call once.
pub(crate) async fn all(emulator: &Emulator, config: &Config) -> Made {
    let mut made = relay(emulator, &live::Client::new(config)).await;
    made.extend(others(config).await);
    made.extend(weather(&untyped::Client::new(config), "north", "fine").await);
    made
}

/// The whole family of relay tasks.
async fn relay(emulator: &Emulator, live: &live::Client) -> Made {
    let create = live.create_live_pull_to_push().region(Region::CnShanghai).task_name("proven");
    let create = create.start_time(at(emulator, 3600)).end_time(at(emulator, 90_000));
    let create = create.source_type("live").source_protocol("rtmp").source_urls(["rtmp://pull.example.com/app/one"]);
    let created = create.dst_url("rtmp://push.example.com/app/one").send().await;
    let id = created.as_ref().ok().and_then(|created| created.task_id.clone()).unwrap_or_else(|| "none".to_owned());
    let mut made: Made = vec![("CreateLivePullToPush", created.map(drop))];
    emulator.clock().advance(std::time::Duration::from_secs(3600));
    let described = live.describe_live_pull_to_push().region("cn-shanghai").task_id(&id).send().await;
    made.push(("DescribeLivePullToPush", described.map(drop)));
    let listed = live.describe_live_pull_to_push_list().region("cn-shanghai").send().await;
    made.push(("DescribeLivePullToPushList", listed.map(drop)));
    let line = format!(r#"{{"Region":"cn-shanghai","TaskId":"{id}"}}"#);
    let request: RestartLivePullToPushRequest = serde_json::from_str(&line).unwrap();
    let restarted = live.execute(&request).await;
    let id = restarted.as_ref().ok().and_then(|restarted| restarted.task_id.clone()).unwrap_or(id);
    made.push(("RestartLivePullToPush", restarted.map(drop)));
    let stopped = live.stop_live_pull_to_push().region("cn-shanghai").task_id(&id).send().await;
    made.push(("StopLivePullToPush", stopped.map(drop)));
    let update = live.update_live_pull_to_push().region("cn-shanghai").task_id(&id);
    let updated = update.callback_url("https://callback.example.com/events").send().await;
    made.push(("UpdateLivePullToPush", updated.map(drop)));
    let deleted = live.delete_live_pull_to_push().region("cn-shanghai").task_id(&id).send().await;
    made.push(("DeleteLivePullToPush", deleted.map(drop)));
    made
}

/// Operations of other products, most of which no document of RAM knows.
async fn others(config: &Config) -> Made {
    let (sts, cs, any) = (sts::Client::new(config), cs::Client::new(config), untyped::Client::new(config));
    let role = sts.assume_role().role_arn("acs:ram::1000:role/operator").role_session_name("proof").send().await;
    let clusters = cs.describe_clusters_v1().send().await;
    let regions = any.call("Ecs", "2014-05-26", "DescribeRegions").send().await;
    let service = any.call("Cdn", "2018-05-10", "DescribeCdnService").send().await;
    let categories = any.call("vod", "2017-03-21", "GetCategories").send().await;
    vec![
        ("GetCallerIdentity", sts.get_caller_identity().send().await.map(drop)),
        ("AssumeRole", role.map(drop)),
        ("DescribeClustersV1", clusters.map(drop)),
        ("DescribeRegions", regions.map(drop)),
        ("DescribeCdnService", service.map(drop)),
        ("GetCategories", categories.map(drop)),
    ]
}

/// A product whose documents say all that RAM knows: resources, those that are optional, conditions, and dependent actions.
pub(crate) async fn weather(any: &untyped::Client, station: &str, model: &str) -> Made {
    let get = any
        .call("Weather", "2026-01-01", "GetStation")
        .param("RegionId", "cn-hangzhou")
        .param("Detail", "secret-detail");
    let delete = any.call("Weather", "2026-01-01", "DeleteStations").param("StationIds", [station, "south"].as_slice());
    let log = any.call("Weather", "2026-01-01", "ReadLog").param("StationId", station).param("BucketName", "logs");
    let ship = any.call("Weather", "2026-01-01", "ShipForecast").param("Model", model);
    vec![
        ("GetStation", get.param("StationId", station).send().await.map(drop)),
        ("DeleteStations", delete.send().await.map(drop)),
        ("ListStations", any.call("Weather", "2026-01-01", "ListStations").send().await.map(drop)),
        ("ReadLog", log.send().await.map(drop)),
        ("ShipForecast", ship.send().await.map(drop)),
    ]
}
