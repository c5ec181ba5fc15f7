//! Restarts the relay task whose id is given, with a key that two variables give: `one-call-apsara TASK`.

use std::env::var;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let task = std::env::args().nth(1).ok_or("which task?")?;
    let key = apsara::Credentials::new(var("ALIBABA_CLOUD_ACCESS_KEY_ID")?, var("ALIBABA_CLOUD_ACCESS_KEY_SECRET")?)?;
    let mut config = apsara::Config::builder().credentials(key);
    if let Ok(endpoint) = var("ALIBABA_CLOUD_ENDPOINT") {
        config = config.endpoint(endpoint);
    }
    let live = apsara::live::Client::new(&config.build()?);
    let restarted = live.restart_live_pull_to_push().region("cn-shanghai").task_id(task).send().await?;
    println!("goes on as {}", restarted.task_id.unwrap_or_default());
    Ok(())
}
