//! Answers that the gateway never wrote.

use http::StatusCode;

use crate::answer::{Answer, Content, Delivery};

/// The page that a proxy shows.
const PAGE: &str = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n";

impl Answer {
    /// Leaves only the status: no body, and nothing that tells a gateway wrote it.
    pub(super) fn into_bare(self) -> Self {
        Self { code: None, body: String::new(), content: Content::Nothing, headers: Vec::new(), ..self }
    }

    /// Puts a proxy's page in place of the answer.
    pub(super) fn into_bad_gateway(self) -> Self {
        Self { status: StatusCode::BAD_GATEWAY, body: PAGE.to_owned(), content: Content::Page, ..self.into_bare() }
    }

    /// Puts a page where JSON is announced; the head is the gateway's, with a status that has a body.
    pub(super) fn into_undecodable(self) -> Self {
        let body = PAGE.replace("502 Bad Gateway", "Welcome");
        Self { status: StatusCode::OK, body, content: Content::Json, ..self }
    }

    /// Lets the answer go out in another way.
    pub(super) fn delivered(self, delivery: Delivery) -> Self {
        Self { delivery, ..self }
    }

    /// Lets nothing go out, since nobody has looked at the request.
    pub(super) fn lost_before_execution(self) -> Self {
        Self { code: None, delivery: Delivery::Reset, ..self }
    }
}
