//! What `cargo xtask bench` measures: clients that make the same call of the same server, each in a process of its own.

pub mod clients;
pub mod rounds;
pub mod server;
pub mod tuned;

/// What goes wrong.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The access key that every client signs with. The server believes everybody.
pub const ACCESS_KEY_ID: &str = "LTAI-example";
/// Its secret.
pub const ACCESS_KEY_SECRET: &str = "example-secret";
/// The live centre of the task.
pub const REGION: &str = "cn-shanghai";
/// The task that is restarted.
pub const TASK_ID: &str = "6f869419-0692-4fd5-8cf0-66cab6591f2d";
/// The new task, of which every answer tells.
pub const NEW_TASK_ID: &str = "fb0d4ac7-c7e3-4978-9743-0bf2f6e81f2d";
/// What every call is answered with.
pub const BODY: &str =
    r#"{"RequestId":"a05e6b15-15af-405b-a4a2-015224501f2d","TaskId":"fb0d4ac7-c7e3-4978-9743-0bf2f6e81f2d"}"#;

/// The answer of the call, as a client written by hand reads it.
#[derive(Debug, serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Answer {
    /// The id of the request.
    pub request_id: String,
    /// The id of the new task.
    pub task_id: String,
}

impl Answer {
    /// Fails unless it is the one that the server gives.
    ///
    /// # Errors
    ///
    /// Fails where the task's id is another.
    pub fn check(&self) -> Result<(), Failure> {
        if self.request_id.is_empty() || self.task_id != NEW_TASK_ID {
            return Err(format!("this is not what the server answers: {self:?}").into());
        }
        Ok(())
    }
}
