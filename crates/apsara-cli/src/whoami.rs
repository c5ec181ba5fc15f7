//! `apsara whoami`: whose credentials are used, where they come from, and where calls go.

use std::sync::Arc;

use apsara_core::credentials::CredentialsChain;
use apsara_core::untyped::Client;
use clap::Args;
use serde_json::{Value, json};

use crate::call::{Connection, failure};
use crate::catalog;
use crate::failure::Failure;
use crate::options::ConnectOptions;
use crate::output::{self, Format};
use crate::terminal::{Color, Paint, Style};

/// What is asked.
#[derive(Args)]
pub(crate) struct Options {
    #[command(flatten)]
    connect: ConnectOptions,
    /// Asks nobody over the network: only where credentials are looked for is said.
    #[arg(long)]
    offline: bool,
    /// How it is written; as text unless set.
    #[arg(long, short, value_enum, value_name = "FORMAT")]
    output: Option<Format>,
}

/// Says who calls.
pub(crate) async fn run(options: &Options) -> Result<(), Failure> {
    // Where credentials are looked for is said first: it is what helps where there are none.
    let steps = match &options.connect.emulator {
        Some(_) => Vec::new(),
        None => steps(options).await?,
    };
    if options.offline {
        return write(&steps, None, options);
    }
    let mut operation = catalog::product("sts", None)?.operation("GetCallerIdentity")?;
    let description = Arc::new(operation.describe()?);
    let opened = Connection::open(&options.connect, None, None, None).await;
    let connection = opened.inspect_err(|_| {
        // The error comes behind it.
        let _ = write(&steps, None, options);
    })?;
    let call = Client::new(connection.config()).described(&description);
    let endpoint = call.endpoint_of().map_err(|error| failure(&error, &operation))?;
    let answered: Result<Value, apsara_core::Error> = async { call.send().await?.json() }.await;
    connection.checked(match answered {
        Ok(identity) => {
            let endpoint = json!({ "host": endpoint.host(), "because": endpoint.explain() });
            write(&steps, Some((identity, endpoint)), options)
        }
        Err(error) => {
            let _ = write(&steps, None, options);
            Err(failure(&error, &operation))
        }
    })
}

/// Tells the steps of the search for credentials; with --offline only those that need no network.
async fn steps(options: &Options) -> Result<Vec<Value>, Failure> {
    let offline = options.offline;
    let var = options.connect.variables();
    let var = |name: &str| match name {
        "ALIBABA_CLOUD_ECS_METADATA_DISABLED" if offline => Some("true".to_owned()),
        name => var(name),
    };
    let chain = CredentialsChain::from_vars(var).map_err(|error| crate::call::unusable(&error))?;
    let explanation = chain.explain().await;
    let step = |step: &apsara_core::credentials::Step| {
        json!({
            "source": step.source(),
            "name": step.name(),
            "end": format!("{:?}", step.end()),
            "found": step.found(),
            "accessKeyId": step.access_key_id(),
            "because": step.reason(),
            "text": step.to_string(),
        })
    };
    Ok(explanation.steps().iter().map(step).collect())
}

fn write(steps: &[Value], found: Option<(Value, Value)>, options: &Options) -> Result<(), Failure> {
    let (identity, endpoint) = found.unwrap_or_default();
    if let Some(format) = options.output {
        let mut all = json!({ "identity": identity, "endpoint": endpoint, "credentials": steps });
        if let Some(steps) = all["credentials"].as_array_mut() {
            // It says in words what the others say one by one.
            steps.iter_mut().filter_map(Value::as_object_mut).for_each(|step| drop(step.remove("text")));
        }
        return output::write(&all, Some(format), Color::Auto);
    }
    let paint = Paint::of(Color::Auto, &std::io::stdout());
    let mut out = String::new();
    let mut line = |name: &str, text: &str| {
        out.push_str(&format!(
            "{}  {}\n",
            paint.mark(Style::Bold, &format!("{name:<11}")),
            crate::terminal::harmless(text)
        ));
    };
    for (name, key) in [("account", "AccountId"), ("who", "Arn"), ("kind", "IdentityType"), ("request id", "RequestId")]
    {
        if let Some(text) = identity[key].as_str() {
            line(name, text);
        }
    }
    if let Some(host) = endpoint["host"].as_str() {
        line("endpoint", &format!("{host}, {}", endpoint["because"].as_str().unwrap_or_default()));
    }
    for (number, step) in steps.iter().enumerate() {
        let name = if number == 0 { "credentials" } else { "" };
        line(name, &format!("{}. {}", number + 1, step["text"].as_str().unwrap_or_default()));
    }
    output::print(&out)
}
