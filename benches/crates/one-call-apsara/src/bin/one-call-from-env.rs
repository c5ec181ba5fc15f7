//! Restarts the relay task whose id is given, with what the environment leads to: `one-call-from-env TASK`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let task = std::env::args().nth(1).ok_or("which task?")?;
    let live = apsara::live::Client::new(&apsara::Config::from_env().await?);
    let restarted = live.restart_live_pull_to_push().region("cn-shanghai").task_id(task).send().await?;
    println!("goes on as {}", restarted.task_id.unwrap_or_default());
    Ok(())
}
