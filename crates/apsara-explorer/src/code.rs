//! The code of the call that stands in a form.

use std::sync::Arc;

use apsara_code::{Language, Settings, curl, project, sample};
use http::StatusCode;
use serde_json::{Value, json};

use crate::explorer::App;
use crate::send::{Prepared, Refusal, refusal, target};

/// Says in which languages code is written. Whether it can be depends on the call.
pub(crate) fn languages() -> Value {
    Language::all().iter().map(|one| json!({ "language": one.as_str(), "title": one.title() })).collect()
}

/// Writes the code in the language that is asked for.
pub(crate) async fn write(app: &Arc<App>, asked: &Value) -> Result<Value, Refusal> {
    let language: Language = asked["language"].as_str().unwrap_or_default().parse().map_err(unwritten)?;
    let Prepared { operation, request, .. } = Prepared::read(app, asked)?;
    let text = match language {
        // It is signed as a call from here would be, and goes to where that would go.
        Language::Curl => {
            let (_, target) = target(app, asked)?;
            curl(&operation, &request, target.builder(), target.transport()).await.map_err(unwritten)?
        }
        _ => {
            let settings = settings(app, &operation.product);
            beside(move || sample(language, &operation, &request, &settings)).await?
        }
    };
    Ok(json!({ "language": language.as_str(), "text": text }))
}

/// Writes a cargo project that makes the call: a zip.
pub(crate) async fn download(app: &Arc<App>, asked: &Value) -> Result<Vec<u8>, Refusal> {
    let Prepared { operation, request, .. } = Prepared::read(app, asked)?;
    let settings = settings(app, &operation.product);
    beside(move || project(&operation, &request, &settings)).await
}

/// Says where the operations of a product were taken from, if they are not those that are shipped.
fn settings(app: &App, product: &str) -> Settings {
    let mut settings = Settings::default();
    settings.spec = app.documents.get(product).cloned();
    settings
}

/// Writes beside the calls: by which names code is called is known only once all of its version are, and that takes a moment.
async fn beside<T: Send + 'static>(
    write: impl FnOnce() -> Result<T, apsara_code::Error> + Send + 'static,
) -> Result<T, Refusal> {
    match tokio::task::spawn_blocking(write).await {
        Ok(written) => written.map_err(unwritten),
        Err(error) => Err(refusal(StatusCode::INTERNAL_SERVER_ERROR, error.to_string())),
    }
}

fn unwritten(error: impl std::fmt::Display) -> Refusal {
    refusal(StatusCode::UNPROCESSABLE_ENTITY, error.to_string())
}
