//! What the portal says only in a sentence, in English or in Chinese: how often an operation may be called, that a parameter
//! is required, and that a client token makes a call idempotent.

use serde_json::{Value, json};

/// How much was derived.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Count {
    pub(super) quotas: usize,
    pub(super) required: usize,
    pub(super) client_tokens: usize,
}

/// The entries of an operation that are sentences.
const SENTENCES: [&str; 5] =
    ["description", "extraInfo", "requestParamsDescription", "responseParamsDescription", "summary"];

/// Derives the calls that an account has in a number of seconds; nothing where no sentence says it, or several contradict each other.
pub(super) fn quota(api: &Value) -> Option<Value> {
    let texts = SENTENCES.iter().filter_map(|key| api[*key].as_str());
    let mut found: Vec<(u64, u64)> = texts.flat_map(sentences).filter_map(|sentence| limit(&sentence)).collect();
    found.sort_unstable();
    found.dedup();
    match found.as_slice() {
        [(calls, seconds)] => Some(json!({ "calls": calls, "seconds": seconds })),
        _ => None,
    }
}

/// Returns whether a description says, with no condition, that its parameter is required.
pub(super) fn is_required(description: &str) -> bool {
    sentences(description).iter().any(|sentence| {
        let sentence = sentence.trim_matches(|letter: char| !letter.is_alphanumeric()).to_lowercase();
        ["this parameter is required", "本参数必填", "该参数必填", "此参数必填", "必填", "必填参数"]
            .contains(&sentence.as_str())
    })
}

/// Returns whether a description says that its parameter makes a call idempotent; a sentence that denies anything does not.
pub(super) fn is_idempotence(description: &str) -> bool {
    sentences(description).iter().any(|sentence| {
        // What is different is not denied.
        let sentence = sentence.to_lowercase().replace("不同", "");
        let mut words = sentence.split(|letter: char| !letter.is_alphanumeric() && letter != '\'');
        let denies = words.any(|word| {
            ["cannot", "neither", "no", "non", "nor", "not", "never"].contains(&word) || word.ends_with("n't")
        });
        let denies = denies || ["不", "无法", "未", "非"].iter().any(|word| sentence.contains(word));
        (sentence.contains("idempoten") || sentence.contains("幂等")) && !denies
    })
}

/// Splits a text where a sentence ends; a point within a number does not end one.
fn sentences(text: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    let letters: Vec<char> = text.chars().collect();
    for (index, letter) in letters.iter().enumerate() {
        let ends = match letter {
            '\n' | '。' | '；' | ';' => true,
            '.' => letters.get(index + 1).is_none_or(|next| next.is_whitespace()),
            _ => false,
        };
        match out.last_mut() {
            Some(last) if !ends => last.push(*letter),
            _ => out.push(String::new()),
        }
    }
    out
}

/// Reads a sentence that limits the calls of an account: the number, and the seconds in which they count.
fn limit(sentence: &str) -> Option<(u64, u64)> {
    let sentence = sentence.to_lowercase();
    // What limits users of another thing, such as terminals or secrets, says so in other words.
    let english = (sentence.contains("call this operation up to")
        || sentence.contains("call this api operation up to"))
        || (sentence.contains("you can call the ") && sentence.contains("operation up to"))
        || sentence.contains("user can perform a maximum of")
        || sentence.contains("each user can call this operation per second is")
        || (sentence.contains("qps limit for this") && sentence.contains("user"));
    let chinese = ["单用户qps限制", "单用户 qps 限制", "单用户调用频率"].iter().any(|words| sentence.contains(words));
    if !english && !chinese {
        return None;
    }
    let unit = [
        (1, ["per second", "/second", "次/秒"]),
        (60, ["per minute", "/minute", "次/分钟"]),
        (3600, ["per hour", "/hour", "次/小时"]),
        (86_400, ["per day", "/day", "次/天"]),
    ];
    let (seconds, _) = unit.into_iter().find(|(_, names)| names.iter().any(|name| sentence.contains(name)))?;
    Some((number(&sentence)?, seconds))
}

/// Reads the one number of a sentence, in digits with or without commas, or as a word.
fn number(sentence: &str) -> Option<u64> {
    const WORDS: [&str; 11] = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
    let is_part = |letter: char| letter.is_ascii_digit() || letter == ',';
    let digits = sentence.split(|letter| !is_part(letter)).filter_map(|part| part.replace(',', "").parse().ok());
    let words = sentence.split(|letter: char| !letter.is_ascii_alphabetic());
    let words = words.filter_map(|word| WORDS.iter().position(|known| *known == word)).map(|number| number as u64);
    let mut found = digits.chain(words.filter(|number| *number > 1));
    match (found.next(), found.next()) {
        (Some(number), None) if number > 0 => Some(number),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_is_read_in_every_way_that_the_portal_says_it() {
        for (text, calls, seconds) in [
            (
                "Before.\n\n## [](#qps)QPS limit\n\nYou can call this operation up to 10 times per second per account. More are dropped.",
                10,
                1,
            ),
            ("> You can call this operation up to 6,000 times per minute per account.", 6000, 60),
            ("*   You can call the RefreshObjectCaches operation up to 50 times per second per account.", 50, 1),
            ("You can call this operation up to three times per second per account.", 3, 1),
            ("> The maximum number of times that each user can call this operation per second is 20.", 20, 1),
            ("A single user can perform a maximum of 15 queries per second (QPS).", 15, 1),
            ("The QPS limit for this interface per user is 30 times/second.", 30, 1),
            ("本接口的单用户QPS限制为60次/秒。超过限制，API调用将会被限流。", 60, 1),
            ("- **调用频率限制**：单用户调用频率为100次/分钟。", 100, 60),
        ] {
            let api = json!({ "description": text });
            assert_eq!(quota(&api), Some(json!({ "calls": calls, "seconds": seconds })), "{text}");
        }
    }

    #[test]
    fn what_limits_something_else_is_no_quota() {
        for text in [
            "You can reconnect to a VNC management terminal up to 30 times per minute.",
            "A secret of each account can be rotated for a maximum of 50 times per hour.",
            "Queries the number of queries per second (QPS) for one or more accelerated domain names.",
            "You can call this operation up to 10 times per second per account. You can call this operation up to 20 times per second per account.",
            "You can call this operation up to 10 times.",
        ] {
            assert_eq!(quota(&json!({ "description": text })), None, "{text}");
        }
    }

    #[test]
    fn a_client_token_is_what_a_sentence_calls_idempotent() {
        for text in [
            "The client token that is used to ensure the idempotence of the request. It cannot exceed 64 characters in length.",
            "Ensures Idempotency.",
            "For more information, see [How to ensure idempotence](~~25693~~).",
            "保证请求幂等性，确保不同请求间该参数值唯一。",
        ] {
            assert!(is_idempotence(text), "{text}");
        }
        for text in [
            "The ID of the order.",
            "A token. The request is not idempotent.",
            "It doesn't make the request idempotent.",
            "A non-idempotent request gets another one.",
            "该参数无法保证幂等性。",
            "",
        ] {
            assert!(!is_idempotence(text), "{text}");
        }
    }

    #[test]
    fn required_is_said_without_a_condition() {
        for text in ["The id.\n\nThis parameter is required.", "域名。本参数必填。", "*This parameter is required.*"]
        {
            assert!(is_required(text), "{text}");
        }
        for text in [
            "This parameter is required if A is set to B.",
            "This parameter is not required.",
            "当A为B时，本参数必填。",
            "",
        ] {
            assert!(!is_required(text), "{text}");
        }
    }
}
