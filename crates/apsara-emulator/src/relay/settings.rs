//! What a relay task was told to do, and the rules its parameters obey.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::playback::Position;
use super::rules::{Choice, Rules};
use super::sources::{SourceType, file_index, has_scheme, source_protocol, source_urls};
use crate::parameters::Parameters;
use crate::refusal::Refusal;

/// The live centres that every page names.
const DOCUMENTED_REGIONS: [&str; 4] = ["ap-southeast-1", "ap-southeast-5", "cn-beijing", "cn-shanghai"];
/// The one that the newest page on Create names as well.
const SHENZHEN: &str = "cn-shenzhen";
/// The others that stand in the published metadata.
const MORE_REGIONS: [&str; 5] = ["ap-northeast-1", "cn-qingdao", "eu-central-1", "me-central-1", "preregion"];
const LONGEST_TASK: SignedDuration = SignedDuration::from_hours(7 * 24);
const LONGEST_URL: usize = 2000;
const LONGEST_TASK_ID: usize = 55;

/// The configuration of a relay task.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Settings {
    pub(crate) name: String,
    pub(crate) region: String,
    pub(crate) start: Timestamp,
    pub(crate) end: Timestamp,
    pub(crate) source_type: SourceType,
    pub(crate) source_protocol: Option<String>,
    pub(crate) source_urls: Vec<String>,
    pub(crate) destination_url: String,
    pub(crate) callback_url: String,
    pub(crate) repeat_number: i32,
    pub(crate) offset: i32,
    pub(crate) file_index: i32,
    pub(crate) retry_count: i32,
    pub(crate) retry_interval: i32,
    pub(crate) undocumented: Undocumented,
}

/// Parameters that the newest SDKs send and no page describes: taken and given back.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Undocumented {
    pub(crate) auth_key: Option<String>,
    pub(crate) req_auth: Option<String>,
    pub(crate) notify_item_switch: Option<String>,
}

impl Undocumented {
    pub(crate) const NAMES: [&'static str; 3] = ["AuthKey", "ReqAuth", "NotifyItemSwitch"];

    pub(crate) fn read(parameters: &Parameters) -> Self {
        let [auth_key, req_auth, notify_item_switch] =
            Self::NAMES.map(|name| parameters.optional(name).map(str::to_owned));
        Self { auth_key, req_auth, notify_item_switch }
    }

    pub(crate) fn or(self, earlier: &Self) -> Self {
        Self {
            auth_key: self.auth_key.or_else(|| earlier.auth_key.clone()),
            req_auth: self.req_auth.or_else(|| earlier.req_auth.clone()),
            notify_item_switch: self.notify_item_switch.or_else(|| earlier.notify_item_switch.clone()),
        }
    }
}

impl Settings {
    /// Reads the parameters of Create.
    pub(crate) fn read(parameters: &Parameters, now: Timestamp, rules: &Rules) -> Result<Self, Refusal> {
        let region = region(parameters, rules)?;
        for name in ["StartTime", "EndTime", "SourceType", "SourceUrls", "DstUrl"] {
            parameters.required(name)?;
        }
        let source_type = SourceType::parse(parameters.required("SourceType")?)?;
        let start = parameters.time("StartTime")?.ok_or_else(|| Refusal::missing("StartTime"))?;
        let end = parameters.time("EndTime")?.ok_or_else(|| Refusal::missing("EndTime"))?;
        check_duration(start, end, now, rules)?;
        check_start(start, now, rules)?;
        let source_urls = source_urls(parameters, source_type)?.ok_or_else(|| Refusal::missing("SourceUrls"))?;
        Ok(Self {
            name: parameters.optional("TaskName").unwrap_or_default().to_owned(),
            region,
            start,
            end,
            source_protocol: source_protocol(parameters, source_type, rules)?,
            file_index: file_index(parameters, source_urls.len())?.unwrap_or_default(),
            source_type,
            source_urls,
            destination_url: destination_url(parameters.required("DstUrl")?)?,
            callback_url: callback_url(parameters)?.unwrap_or_default(),
            repeat_number: parameters.integer("RepeatNumber", -1..=i32::MAX)?.unwrap_or_default(),
            offset: parameters.integer("Offset", 1..=i32::MAX)?.unwrap_or_default(),
            retry_count: parameters.integer("RetryCount", 0..=i32::MAX)?.unwrap_or(3),
            retry_interval: parameters.integer("RetryInterval", 60..=300)?.unwrap_or(60),
            undocumented: Undocumented::read(parameters),
        })
    }

    /// How long a failing task tries again before it gives up.
    pub(crate) fn patience(&self) -> SignedDuration {
        SignedDuration::from_secs(i64::from(self.retry_count) * i64::from(self.retry_interval))
    }

    /// Where the first play begins; of a live source there is no position.
    pub(crate) fn first_position(&self) -> Position {
        if self.source_type.is_list() {
            Position::new(self.file_index, i64::from(self.offset))
        } else {
            Position::default()
        }
    }
}

/// Reads `Region`, which every operation of the family requires.
pub(crate) fn region(parameters: &Parameters, rules: &Rules) -> Result<String, Refusal> {
    let region = parameters.required("Region")?;
    let known = rules.has(Choice::RegionsKnown);
    let is_known = DOCUMENTED_REGIONS.contains(&region)
        || region == SHENZHEN && (known || rules.has(Choice::RegionsWithShenzhen))
        || known && MORE_REGIONS.contains(&region);
    if is_known {
        Ok(region.to_owned())
    } else {
        Err(Refusal::invalid_parameter("Region is not the name of a live center"))
    }
}

/// Checks a task id, or the part of one that a list is searched for.
pub(crate) fn check_task_id(id: &str) -> Result<(), Refusal> {
    if id.len() > LONGEST_TASK_ID {
        return Err(Refusal::invalid_parameter(&format!("TaskId must have at most {LONGEST_TASK_ID} characters")));
    }
    if !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-') {
        return Err(Refusal::invalid_parameter("TaskId may hold letters, digits, underscores and hyphens only"));
    }
    Ok(())
}

/// Checks that a task starts before it ends, ends in the future, and does not last too long.
pub(crate) fn check_duration(start: Timestamp, end: Timestamp, now: Timestamp, rules: &Rules) -> Result<(), Refusal> {
    if start >= end {
        return Err(illegal_duration("The value of start time should be less than the value of end time"));
    }
    if end <= now {
        return Err(illegal_duration("The value of end time should be later than the current time"));
    }
    if rules.has(Choice::SevenDays) && end.duration_since(start) > LONGEST_TASK {
        return Err(illegal_duration("The end time should be at most seven days later than the start time"));
    }
    Ok(())
}

/// Checks that a start time does not lie in the past, if that matters.
pub(crate) fn check_start(start: Timestamp, now: Timestamp, rules: &Rules) -> Result<(), Refusal> {
    // A request has whole seconds: what begins now begins with the second that has begun.
    if rules.has(Choice::PastStartRefused) && start.as_second() < now.as_second() {
        return Err(illegal_duration("The value of start time should not be earlier than the current time"));
    }
    Ok(())
}

fn illegal_duration(reason: &str) -> Refusal {
    Refusal::bad_request("InvalidParam.CodeIllegalDuration", format!("{reason}."))
}

/// Checks `DstUrl`.
pub(crate) fn destination_url(url: &str) -> Result<String, Refusal> {
    if !has_scheme(url, &["rtmp"]) {
        return Err(Refusal::invalid_parameter("DstUrl must be an rtmp address"));
    }
    check_length("DstUrl", url)?;
    Ok(url.to_owned())
}

/// Reads `CallbackUrl`.
pub(crate) fn callback_url(parameters: &Parameters) -> Result<Option<String>, Refusal> {
    let Some(url) = parameters.optional("CallbackUrl") else {
        return Ok(None);
    };
    check_length("CallbackUrl", url)?;
    Ok(Some(url.to_owned()))
}

fn check_length(name: &str, url: &str) -> Result<(), Refusal> {
    if url.chars().count() > LONGEST_URL {
        return Err(Refusal::invalid_parameter(&format!("{name} must have at most {LONGEST_URL} characters")));
    }
    Ok(())
}

#[cfg(test)]
#[path = "settings_tests.rs"]
mod tests;
