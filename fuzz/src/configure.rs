//! The official CLI's file, to which `apsara configure` adds a profile: nothing of what stands there is lost.

use serde_json::Value;

use crate::scratch;

/// A name that no file has.
const NEW: &str = "fuzz-new-profile";

/// Takes any bytes of the file.
pub(crate) fn set(input: &[u8]) {
    if input.windows(NEW.len()).any(|window| window == NEW.as_bytes()) {
        return;
    }
    let path = scratch::file("config.json", input);
    let set = ["mode=AK", "region_id=cn-shanghai"].map(str::to_owned).to_vec();
    let told = apsara_cli::fuzz::configure(path.clone(), NEW, set);
    let after = std::fs::read(&path).expect("the file is there");
    if let Err(why) = told {
        assert!(!why.is_empty(), "a refusal says why");
        assert!(after == input, "a file that is refused was changed");
        return;
    }
    let before = if input.trim_ascii().is_empty() { b"{}" } else { input.trim_ascii() };
    let mut before_read: Value = serde_json::from_slice(before).expect("what was taken is JSON");
    let mut after_read: Value = serde_json::from_slice(&after).expect("what was written is JSON");
    let profiles = after_read["profiles"].as_array_mut().expect("there are profiles");
    let added = profiles.pop().expect("one was added");
    assert_eq!((&added["name"], &added["mode"]), (&NEW.into(), &"AK".into()));
    let has_profiles = before_read.get("profiles").is_some();
    let has_current = before_read["current"].as_str().is_some_and(|name| !name.is_empty());
    if !has_profiles {
        after_read.as_object_mut().expect("an object").remove("profiles");
    }
    if !has_current {
        for read in [&mut before_read, &mut after_read] {
            read.as_object_mut().expect("an object").remove("current");
        }
    }
    assert_eq!(before_read, after_read, "something was lost");
    if has_current {
        let (before, after) = (numbers(before), numbers(&after));
        assert_eq!(before, after, "a number is written as another");
    }
}

/// Returns what stands outside of texts and is no punctuation: numbers, flags and nulls, as they are written.
fn numbers(json: &[u8]) -> Vec<String> {
    let (mut found, mut word, mut in_text, mut escaped) = (Vec::new(), String::new(), false, false);
    for byte in json.iter().chain(b" ") {
        let is_part = !in_text && (byte.is_ascii_alphanumeric() || b"+-.".contains(byte));
        if is_part {
            word.push(char::from(*byte));
        } else if !word.is_empty() {
            found.push(std::mem::take(&mut word));
        }
        match byte {
            b'"' if !escaped => in_text = !in_text,
            _ => {}
        }
        escaped = in_text && *byte == b'\\' && !escaped;
    }
    found
}
