//! The files of a product in one, each as a module in place of the line that declares it: what `include!` takes.

use crate::format::File;

/// How generated files name the runtime. In one file only the outermost module does, so that a runtime that is too old is one error.
const RUNTIME: &str = "use ::apsara_core::generated::v1 as rt;";

/// Stands behind it, for the compiler shows the line where the runtime is too old to have what it names.
const TOO_OLD: &str = "// not there? apsara-core is older than apsara-codegen: use the same version of both";

/// Returns the modules of products, sorted by name, with the text of each.
pub(crate) fn modules(files: &[File]) -> Vec<(String, String)> {
    let products = files.iter().filter_map(|file| file.path.strip_suffix("/mod.rs"));
    let mut products: Vec<&str> = products.filter(|path| !path.contains('/')).collect();
    products.sort_unstable();
    products.into_iter().map(|product| (product.to_owned(), product_module(product, files))).collect()
}

fn product_module(product: &str, files: &[File]) -> String {
    let body = body(&format!("{product}/mod.rs"), files);
    // Documentation of a module stands before everything else in it.
    let docs = body.lines().take_while(|line| line.starts_with("//!")).fold(0, |length, line| length + line.len() + 1);
    let (docs, items) = body.split_at(docs);
    // Where the module is private, the compiler would warn of what is not used.
    let body = format!("{docs}\n{RUNTIME} {TOO_OLD}\n{items}");
    format!("#[allow(dead_code, unreachable_pub, unused_imports)]\npub mod {product} {{\n{}}}\n", indented(&body))
}

/// Returns what stands in a file below its first line, with its modules in it.
fn body(path: &str, files: &[File]) -> String {
    let Some(file) = files.iter().find(|file| file.path == path) else { return String::new() };
    let folder = path.strip_suffix("/mod.rs");
    let mut body = String::new();
    let mut lines = file.text.lines().skip(1).skip_while(|line| line.is_empty()).peekable();
    while let Some(line) = lines.next() {
        let declared =
            folder.zip(line.strip_suffix(';').filter(|line| line.starts_with("mod ") || line.starts_with("pub mod ")));
        if let Some((folder, declaration)) = declared {
            let name = declaration.rsplit(' ').next().unwrap_or_default();
            let below = [format!("{folder}/{name}.rs"), format!("{folder}/{name}/mod.rs")];
            let inner = below.iter().map(|path| self::body(path, files)).collect::<String>();
            let gap = if lines.peek().is_none_or(|next| next.is_empty()) { "" } else { "\n" };
            body.push_str(&format!("{declaration} {{\n{}}}\n{gap}", indented(&inner)));
        } else {
            body.push_str(if line == RUNTIME { "use super::rt;" } else { line });
            body.push('\n');
        }
    }
    body
}

fn indented(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for line in text.lines() {
        if !line.is_empty() {
            out.push_str("    ");
            out.push_str(line);
        }
        out.push('\n');
    }
    out
}
