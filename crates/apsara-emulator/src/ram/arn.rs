//! Resource names, `acs:service:region:account:relative-id`, and patterns of them.

use std::fmt;

use super::pattern;

/// What a policy says of resources: all of them, or a pattern for each part of a name.
#[derive(Debug, Clone)]
pub(super) enum Pattern {
    Everything,
    Parts(Parts),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Parts {
    pub(super) service: String,
    pub(super) region: String,
    pub(super) account: String,
    pub(super) relative: String,
}

/// What a call is about: one resource, or no one in particular.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Resource {
    pub(super) parts: Parts,
    /// Whether the operation knows no resources: written as `*`.
    pub(super) is_all: bool,
    /// Whether it stands for more than policies are asked about one by one.
    pub(super) is_too_many: bool,
}

impl Parts {
    /// Takes a name or a pattern of one apart; what stands behind the fourth colon is one part.
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut parts = text.strip_prefix("acs:")?.splitn(4, ':').map(str::to_owned);
        let mut next = || parts.next();
        let parts = Self { service: next()?, region: next()?, account: next()?, relative: next()? };
        (!parts.service.is_empty() && !parts.relative.is_empty()).then_some(parts)
    }
}

impl Pattern {
    pub(super) fn read(text: &str) -> Option<Self> {
        if text == "*" { Some(Self::Everything) } else { Parts::read(text).map(Self::Parts) }
    }

    pub(super) fn covers(&self, resource: &Resource) -> bool {
        let Self::Parts(pattern) = self else {
            return true;
        };
        let parts = &resource.parts;
        pattern::matches_in_any_case(&pattern.service, &parts.service)
            && covers_part(&pattern.region, &parts.region)
            && covers_part(&pattern.account, &parts.account)
            && pattern::matches(&pattern.relative, &parts.relative)
    }
}

/// A region or an account that a name leaves out is covered by a pattern that leaves it out, too, or takes any.
fn covers_part(pattern: &str, part: &str) -> bool {
    if part.is_empty() || part == "*" {
        pattern.bytes().all(|byte| byte == b'*')
    } else {
        pattern::matches(pattern, part)
    }
}

impl Resource {
    /// All that a service has in an account.
    pub(super) fn all(service: &str, account: &str) -> Self {
        let parts = Parts {
            service: service.to_owned(),
            region: String::new(),
            account: account.to_owned(),
            relative: "*".to_owned(),
        };
        Self { parts, is_all: true, is_too_many: false }
    }

    pub(super) fn one(parts: Parts) -> Self {
        Self { parts, is_all: false, is_too_many: false }
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_all {
            return f.write_str("*");
        }
        let Parts { service, region, account, relative } = &self.parts;
        write!(f, "acs:{service}:{region}:{account}:{relative}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covers(pattern: &str, resource: &str) -> bool {
        let resource = match resource {
            "*" => Resource::all("config", "1000"),
            name => Resource::one(Parts::read(name).unwrap()),
        };
        Pattern::read(pattern).unwrap().covers(&resource)
    }

    #[test]
    fn names_are_compared_part_by_part() {
        let rule = "acs:config:*:1000:rule/cr-1";
        for (pattern, resource, expected) in [
            ("*", rule, true),
            ("acs:config:*:*:rule/cr-1", rule, true),
            ("acs:config:*:1000:rule/*", rule, true),
            ("acs:config::1000:rule/cr-?", rule, true),
            ("acs:Config:*:*:rule/cr-1", rule, true),
            ("acs:*:*:*:*", rule, true),
            ("acs:config:cn-hangzhou:*:rule/cr-1", rule, false),
            ("acs:config:*:2000:rule/cr-1", rule, false),
            ("acs:config:*::rule/cr-1", rule, false),
            ("acs:config:*:*:rule/cr-2", rule, false),
            ("acs:config:*:*:Rule/cr-1", rule, false),
            ("acs:log:*:*:*", rule, false),
            ("acs:log:cn-*:*:project/*/logstore/l", "acs:log:cn-hangzhou:1000:project/p/logstore/l", true),
            ("acs:log:eu-*:*:project/*/logstore/l", "acs:log:cn-hangzhou:1000:project/p/logstore/l", false),
            ("acs:log:*:*:project/p", "acs:log:cn-hangzhou:1000:project/p/logstore/l", false),
            ("acs:oss:*:*:bucket/a:b", "acs:oss:*:1000:bucket/a:b", true),
            ("*", "*", true),
            ("acs:config:*:*:*", "*", true),
            ("acs:config:cn-hangzhou:*:*", "*", false),
            ("acs:config:*:*:rule/*", "*", false),
            ("acs:log:*:*:*", "*", false),
        ] {
            assert_eq!(covers(pattern, resource), expected, "{pattern} {resource}");
        }
    }

    #[test]
    fn what_has_too_few_parts_is_no_name() {
        for text in ["", "acs", "acs:*", "acs:ecs:*:*", "arn:ecs:*:*:x", "acs:ecs:*:*:", "acs::*:*:x", "rule/*"] {
            assert!(Pattern::read(text).is_none(), "{text}");
        }
    }
}
