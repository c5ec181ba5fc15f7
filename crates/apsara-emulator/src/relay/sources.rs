//! Where a relay task pulls from: the parameters that begin with `Source`, and the index into them.

use super::rules::{Choice, Rules};
use crate::parameters::Parameters;
use crate::refusal::Refusal;

const OLDER_PROTOCOLS: &[&str] = &["flv", "http-flv", "rtmp", "rtsp", "srt"];
const NEWER_PROTOCOLS: &[&str] = &["hls", "http-flv", "rtmp", "srt"];
/// What either of them names.
const ALL_PROTOCOLS: &[&str] = &["flv", "hls", "http-flv", "rtmp", "rtsp", "srt"];
const MOST_FILES: usize = 30;

/// What kind of source a task pulls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SourceType {
    Live,
    Vod,
    Url,
}

impl SourceType {
    pub(crate) fn parse(text: &str) -> Result<Self, Refusal> {
        match text {
            "live" => Ok(Self::Live),
            "vod" => Ok(Self::Vod),
            "url" => Ok(Self::Url),
            _ => Err(Refusal::invalid_parameter("SourceType must be live, vod or url")),
        }
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Vod => "vod",
            Self::Url => "url",
        }
    }

    /// Whether the source is a list of files, in which there is a position.
    pub(crate) fn is_list(self) -> bool {
        self != Self::Live
    }
}

/// Reads `SourceProtocol`, which only a live source has.
pub(crate) fn source_protocol(
    parameters: &Parameters,
    source_type: SourceType,
    rules: &Rules,
) -> Result<Option<String>, Refusal> {
    if source_type.is_list() {
        return Ok(None);
    }
    let protocols = if rules.has(Choice::ProtocolsOlder) {
        OLDER_PROTOCOLS
    } else if rules.has(Choice::ProtocolsNewer) {
        NEWER_PROTOCOLS
    } else {
        ALL_PROTOCOLS
    };
    let protocol = parameters.required("SourceProtocol")?;
    if protocols.iter().any(|known| known.eq_ignore_ascii_case(protocol)) {
        Ok(Some(protocol.to_owned()))
    } else {
        Err(Refusal::invalid_parameter(&format!("SourceProtocol must be one of {}", protocols.join(", "))))
    }
}

/// Reads `SourceUrls`, an array that travels as one JSON text.
pub(crate) fn source_urls(parameters: &Parameters, source_type: SourceType) -> Result<Option<Vec<String>>, Refusal> {
    let Some(text) = parameters.optional("SourceUrls") else {
        return Ok(None);
    };
    let urls: Vec<String> = serde_json::from_str(text)
        .map_err(|_| Refusal::invalid_parameter("SourceUrls must be a JSON array of strings"))?;
    let fits = match source_type {
        SourceType::Live => urls.len() == 1,
        SourceType::Vod | SourceType::Url => (1..=MOST_FILES).contains(&urls.len()),
    };
    if !fits {
        let allowed = if source_type == SourceType::Live {
            "exactly 1 URL".to_owned()
        } else {
            format!("1 to {MOST_FILES} entries")
        };
        return Err(Refusal::invalid_parameter(&format!(
            "SourceUrls must hold {allowed} for the source type {}",
            source_type.as_str()
        )));
    }
    let is_well_formed = match source_type {
        SourceType::Live => |url: &str| has_scheme(url, &["rtmp", "rtsp", "srt", "http", "https"]),
        SourceType::Vod => |id: &str| !id.is_empty(),
        SourceType::Url => is_file_url,
    };
    if urls.iter().all(|url| is_well_formed(url)) {
        return Ok(Some(urls));
    }
    Err(Refusal::invalid_parameter(match source_type {
        SourceType::Live => "SourceUrls must hold an rtmp, rtsp, srt or http address for the source type live",
        SourceType::Vod => "SourceUrls must hold media ids for the source type vod",
        SourceType::Url => "SourceUrls must hold http addresses that end in .mp4 or .flv for the source type url",
    }))
}

fn is_file_url(url: &str) -> bool {
    let path = url.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    has_scheme(url, &["http", "https"]) && (path.ends_with(".mp4") || path.ends_with(".flv"))
}

/// Whether a URL begins with one of these schemes and goes on after it.
pub(crate) fn has_scheme(url: &str, schemes: &[&str]) -> bool {
    url.split_once("://").is_some_and(|(scheme, rest)| {
        !rest.is_empty() && schemes.iter().any(|known| known.eq_ignore_ascii_case(scheme))
    })
}

/// Reads `FileIndex`, which must point into the list of sources.
pub(crate) fn file_index(parameters: &Parameters, files: usize) -> Result<Option<i32>, Refusal> {
    let last = i32::try_from(files).unwrap_or(i32::MAX).saturating_sub(1);
    parameters.integer("FileIndex", 0..=last.max(0))
}
