//! The guides below docs: every sample in them is compiled.

/// Compiles the samples of a page.
macro_rules! guide {
    ($name:ident, $page:literal) => {
        #[cfg(doctest)]
        #[doc = include_str!(concat!("../../docs/", $page))]
        struct $name;
    };
}

guide!(Endpoints, "endpoints.md");
guide!(Errors, "errors.md");
guide!(Lists, "lists-and-waiting.md");
guide!(Performance, "performance.md");
guide!(OwnProducts, "own-products.md");
