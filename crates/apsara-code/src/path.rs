//! What a path must not become, whoever sends it: the runtime's rules, for languages that have no such runtime.

use apsara_codegen::Member;

use crate::error::Error;

/// Refuses a part that is nothing: the call would be one of something else, such as of all where one is meant.
pub(crate) fn part(member: &Member, text: &str) -> Result<(), Error> {
    if text.is_empty() {
        return Err(Error::new(format!("{} must not be empty, it is a part of the path", member.wire)));
    }
    Ok(())
}

/// Refuses a path that what parses URLs makes another one.
pub(crate) fn whole(path: &str) -> Result<(), Error> {
    if path.split('/').any(|part| part == "." || part == "..") {
        return Err(Error::new(format!("{path} has a part `.` or `..`, which leads to another path")));
    }
    Ok(())
}
