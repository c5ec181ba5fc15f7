//! What the page asks for.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, Request, State};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{get, post};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName};
use http::{HeaderValue, Method, StatusCode};
use serde_json::{Value, json};

use crate::explorer::App;
use crate::send::{Refusal, refusal, send_to_the_end};
use crate::{assets, catalogue, code, document, policy};

/// The longest body that is read: a request of the page's forms.
const LONGEST_BODY: usize = 1 << 20;
/// How long it may take to come.
const BODY_PATIENCE: Duration = Duration::from_secs(10);

/// What every answer says. The page may run the scripts of this program, and nothing else.
const HEADERS: [(&str, &str); 6] = [
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; frame-ancestors 'none'; \
         base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-resource-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
];

/// Returns what answers requests.
pub(crate) fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/api/catalogue", get(all))
        .route("/api/operation/{product}/{version}/{operation}", get(one))
        .route("/api/status", get(status))
        .route("/api/emulator", get(emulator).post(change))
        .route("/api/send", post(sent))
        .route("/api/code", post(written_code))
        .route("/api/project", post(project))
        .route("/api/policy", post(allowing))
        .fallback(asset)
        .layer(middleware::from_fn_with_state(Arc::clone(&app), guarded))
        .with_state(app)
}

/// Answers only the page itself, and says with every answer what the page may do.
async fn guarded(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let mut response = match app.guard.check(request.method(), request.uri(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(why) => written(StatusCode::FORBIDDEN, &json!({ "error": why })),
    };
    for (name, value) in HEADERS {
        response.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    response
}

fn written(status: StatusCode, body: &Value) -> Response {
    text(status, body.to_string())
}

fn text(status: StatusCode, body: String) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn answer(result: Result<Value, Refusal>) -> Response {
    match result {
        Ok(value) => written(StatusCode::OK, &value),
        Err((status, value)) => written(status, &value),
    }
}

/// Reads a body of JSON, as long as it may be and as long as it may take.
async fn body(request: Request) -> Result<Value, Refusal> {
    let read = tokio::time::timeout(BODY_PATIENCE, to_bytes(request.into_body(), LONGEST_BODY)).await;
    let bytes = match read {
        Ok(Ok(bytes)) => bytes,
        Ok(Err(_)) => {
            let message = format!("the request has more than {LONGEST_BODY} bytes, or was cut");
            return Err(refusal(StatusCode::PAYLOAD_TOO_LARGE, message));
        }
        Err(_) => return Err(refusal(StatusCode::REQUEST_TIMEOUT, "the request did not come in time")),
    };
    serde_json::from_slice(&bytes).map_err(|error| refusal(StatusCode::BAD_REQUEST, format!("no JSON: {error}")))
}

async fn all(State(app): State<Arc<App>>) -> Response {
    // A thousand operations are decoded, once.
    let written = tokio::task::spawn_blocking(move || {
        app.catalogue.get_or_init(|| catalogue::write(&app.products).to_string()).clone()
    });
    match written.await {
        Ok(catalogue) => text(StatusCode::OK, catalogue),
        Err(error) => answer(Err(refusal(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))),
    }
}

async fn one(State(app): State<Arc<App>>, Path((product, version, name)): Path<(String, String, String)>) -> Response {
    let read = || {
        let operation = app.operation(&product, &version, &name)?;
        let described = operation.described();
        let described = described.map_err(|error| refusal(StatusCode::UNPROCESSABLE_ENTITY, error.to_string()))?;
        let mut document = document::write(&operation, &described);
        document["endpoint"] = app.endpoint(&described);
        Ok(document)
    };
    answer(read())
}

async fn status(State(app): State<Arc<App>>) -> Response {
    let cloud = match &app.to_cloud {
        Ok(_) => json!({ "configured": true }),
        Err(why) => json!({ "configured": false, "because": why }),
    };
    answer(Ok(json!({ "emulator": app.emulated.now(), "cloud": cloud, "languages": code::languages() })))
}

async fn emulator(State(app): State<Arc<App>>) -> Response {
    answer(Ok(app.emulated.now()))
}

async fn change(State(app): State<Arc<App>>, request: Request) -> Response {
    let changed = match body(request).await {
        Ok(asked) => app.emulated.change(&asked).map_err(|why| refusal(StatusCode::BAD_REQUEST, why)),
        Err(refusal) => Err(refusal),
    };
    answer(changed.map(|()| app.emulated.now()))
}

async fn sent(State(app): State<Arc<App>>, request: Request) -> Response {
    answer(match body(request).await {
        Ok(asked) => send_to_the_end(app, asked).await,
        Err(refusal) => Err(refusal),
    })
}

async fn written_code(State(app): State<Arc<App>>, request: Request) -> Response {
    answer(match body(request).await {
        Ok(asked) => code::write(&app, &asked).await,
        Err(refusal) => Err(refusal),
    })
}

async fn allowing(State(app): State<Arc<App>>, request: Request) -> Response {
    answer(body(request).await.and_then(|asked| policy::write(&app, &asked)))
}

async fn project(State(app): State<Arc<App>>, request: Request) -> Response {
    let zip = match body(request).await {
        Ok(asked) => code::download(&app, &asked).await,
        Err(refusal) => Err(refusal),
    };
    match zip {
        Ok(zip) => {
            let mut response = Response::new(Body::from(zip));
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/zip"));
            response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
            response
        }
        Err(refusal) => answer(Err(refusal)),
    }
}

async fn asset(request: Request) -> Response {
    let found = (*request.method() == Method::GET).then(|| assets::find(request.uri().path())).flatten();
    found.unwrap_or_else(|| answer(Err(refusal(StatusCode::NOT_FOUND, "there is no such page"))))
}
