//! The page: its files are in this program, and it needs no others.

use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, Response};

/// A file: its path, its type, and what it holds.
type Asset = (&'static str, &'static str, &'static [u8]);

const SCRIPT: &str = "text/javascript; charset=utf-8";

/// Names a script.
macro_rules! script {
    ($name:literal) => {
        (concat!("/", $name), SCRIPT, include_bytes!(concat!("../assets/", $name)))
    };
}

const ASSETS: &[Asset] = &[
    ("/", "text/html; charset=utf-8", include_bytes!("../assets/index.html")),
    ("/style.css", "text/css; charset=utf-8", include_bytes!("../assets/style.css")),
    ("/icon.svg", "image/svg+xml", include_bytes!("../assets/icon.svg")),
    script!("answer.js"),
    script!("api.js"),
    script!("chips.js"),
    script!("code.js"),
    script!("dialog.js"),
    script!("dom.js"),
    script!("emulator.js"),
    script!("form.js"),
    script!("frame.js"),
    script!("groups.js"),
    script!("history.js"),
    script!("json.js"),
    script!("leaf.js"),
    script!("list.js"),
    script!("main.js"),
    script!("markdown.js"),
    script!("operation.js"),
    script!("permalink.js"),
    script!("policy.js"),
    script!("send.js"),
    script!("state.js"),
    script!("theme.js"),
    script!("validate.js"),
];

/// Answers with a file; nothing if there is none at that path.
pub(crate) fn find(path: &str) -> Option<Response<axum::body::Body>> {
    let (_, kind, bytes) = ASSETS.iter().find(|(known, ..)| *known == path)?;
    let mut response = Response::new(axum::body::Body::from(*bytes));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Some(response)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn text(name: &str) -> &'static str {
        let (.., bytes) = ASSETS.iter().find(|(path, ..)| *path == name).unwrap();
        std::str::from_utf8(bytes).unwrap()
    }

    #[test]
    fn every_file_is_served_and_every_import_is_there() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("assets");
        let files = std::fs::read_dir(folder).unwrap().count();
        assert_eq!(files, ASSETS.len());
        for (path, kind, _) in ASSETS.iter().filter(|(_, kind, _)| *kind == SCRIPT) {
            assert_eq!(*kind, SCRIPT);
            let imports = text(path).lines().filter_map(|line| line.split("from './").nth(1)?.split('\'').next());
            for import in imports {
                assert!(ASSETS.iter().any(|(known, ..)| known[1..] == *import), "{path} imports {import}");
            }
        }
    }

    #[test]
    fn nothing_comes_from_elsewhere_and_nothing_is_written_as_html() {
        for (path, ..) in ASSETS.iter().filter(|(_, kind, _)| *kind == SCRIPT) {
            for word in [
                "innerHTML",
                "outerHTML",
                "insertAdjacentHTML",
                "eval(",
                "new Function",
                "document.write",
                "http://",
                "https://",
            ] {
                assert!(!text(path).contains(word), "{path} has {word}");
            }
        }
        for path in ["/", "/style.css"] {
            for word in ["http://", "https://", "<style", "style=", "onclick", "javascript:", "url("] {
                assert!(!text(path).contains(word), "{path} has {word}");
            }
        }
    }
}
