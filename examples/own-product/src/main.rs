//! Adds a record to a domain and lists its records, by a client that build.rs made of specs/alidns.json.
//!
//! It starts a stand-in for the cloud in its own process. Against the cloud, the configuration is `Config::from_env().await?`.

#![deny(warnings, missing_docs)]

include!(concat!(env!("OUT_DIR"), "/alidns.rs"));

use apsara_core::{Config, Credentials};
use apsara_emulator::Emulator;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let spec = concat!(env!("CARGO_MANIFEST_DIR"), "/specs/alidns.json");
    let cloud = Emulator::builder().spec_file(spec).start().await?;
    let key = Credentials::new(cloud.access_key_id(), cloud.access_key_secret())?;
    let config = Config::builder().credentials(key).endpoint(cloud.url()).build()?;

    let dns = alidns::Client::new(&config);
    let record = dns.add_domain_record().domain_name("example.com").rr("www").type_("A").value("192.0.2.1");
    println!("added   {}", record.send().await?.record_id.unwrap_or_default());
    let list = dns.describe_domain_records().domain_name("example.com").send().await?;
    for record in list.domain_records {
        let part = |part: Option<String>| part.unwrap_or_default();
        println!("listed  {} {} {}", part(record.rr), part(record.type_), part(record.value));
    }
    Ok(())
}
