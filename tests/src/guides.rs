//! The guides below docs: every sample in them is compiled.

/// Compiles the samples of a page.
macro_rules! guide {
    ($name:ident, $page:literal) => {
        #[cfg(doctest)]
        #[doc = include_str!(concat!("../../docs/", $page))]
        struct $name;
    };
}

guide!(Errors, "errors.md");
guide!(Untyped, "untyped.md");
guide!(Bulk, "bulk.md");
