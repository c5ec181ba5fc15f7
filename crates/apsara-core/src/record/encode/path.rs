//! Values that are a part of the path.

use super::super::value::View;
use super::scalar;
use crate::sign::percent_encode;

/// Puts a value into a path, in the place of its name, or says why it cannot stand there. The fields that need it hold it, as they do
/// [`super::Documents`].
pub(crate) type FillPath = fn(&str, &str, &View<'_>) -> Result<String, &'static str>;

/// The one that there is.
pub(crate) fn fill_path(path: &str, name: &str, view: &View<'_>) -> Result<String, &'static str> {
    let (whole, part) = (format!("{{+{name}}}"), format!("{{{name}}}"));
    // The call would be one of something else, such as of all where one is meant.
    if !path.contains(&whole) && !path.contains(&part) {
        return Err("has no place in the path, which must name it in braces");
    }
    let Some(text) = scalar(view) else { return Err("a path holds no list and no object") };
    if text.is_empty() {
        return Err("must not be empty, it is a part of the path");
    }
    let segments: Vec<String> = text.trim_start_matches('/').split('/').map(percent_encode).collect();
    let path = path.replace(&whole, &segments.join("/"));
    let path = path.replace(&part, &percent_encode(&text));
    // What parses URLs takes these away with the part before them, however they are encoded: the call would be one of something else too.
    if path.split('/').any(|part| part == "." || part == "..") {
        return Err("must not be `.` or `..`, which lead to another path");
    }
    Ok(path)
}
