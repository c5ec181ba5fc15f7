//! Command lines of `apsara`: read without a panic, and refused by an exit code that is documented.

use std::ffi::OsString;
use std::sync::LazyLock;

/// The exit codes of the guide's table.
static DOCUMENTED: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let guide = include_str!("../../docs/terminal.md");
    let cells = guide.lines().filter_map(|line| line.strip_prefix("| ")?.split(' ').next());
    cells.filter_map(|cell| cell.parse().ok()).collect()
});

/// Takes a word on each line.
pub(crate) fn read(input: &[u8]) {
    let words = input.split(|byte| *byte == b'\n').map(word);
    let words: Vec<OsString> = words.filter(|word| !word.is_empty()).take(40).collect();
    let code = apsara_cli::fuzz::read(words);
    assert!(DOCUMENTED.contains(&code), "the exit code {code} is not documented");
}

#[cfg(unix)]
fn word(bytes: &[u8]) -> OsString {
    use std::os::unix::ffi::OsStringExt as _;
    OsString::from_vec(bytes.to_vec())
}

#[cfg(not(unix))]
fn word(bytes: &[u8]) -> OsString {
    String::from_utf8_lossy(bytes).into_owned().into()
}
