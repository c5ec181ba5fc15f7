//! The guides below docs, and the pages of crates that do not compile their own: every sample in them is compiled.

/// Compiles the samples of a page.
macro_rules! guide {
    ($name:ident, $page:literal) => {
        #[cfg(doctest)]
        #[doc = include_str!(concat!("../../docs/", $page))]
        struct $name;
    };
}

guide!(Endpoints, "endpoints.md");
guide!(Credentials, "credentials.md");
guide!(Blocking, "blocking.md");
guide!(Errors, "errors.md");
guide!(Lists, "lists-and-waiting.md");
guide!(Performance, "performance.md");
guide!(Evolution, "evolution.md");
guide!(OwnProducts, "own-products.md");
guide!(Quotas, "quotas.md");
guide!(Streams, "streams.md");
guide!(Untyped, "untyped.md");
guide!(Observability, "observability.md");
guide!(Testing, "testing.md");
guide!(Transport, "transport.md");
guide!(Terminal, "terminal.md");
guide!(Bulk, "bulk.md");
guide!(Explorer, "explorer.md");
guide!(Code, "code.md");
guide!(Ram, "ram.md");
guide!(EmulatorChoices, "emulator-choices.md");
guide!(Redis, "../crates/apsara-redis/README.md");
guide!(Codegen, "../codegen/README.md");
