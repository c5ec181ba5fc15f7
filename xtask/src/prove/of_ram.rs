//! The facts that are broken, one by one: of accounts, roles and policies in the emulator.

use super::Break;

const EMULATOR: &str = "apsara-emulator";

/// What units tell.
const UNITS: &str = "lib";
/// What calls over HTTP tell.
const HTTP: &str = "emulator";

const fn ram(
    lie: &'static str,
    file: &'static str,
    old: &'static str,
    new: &'static str,
    target: &'static str,
) -> Break {
    Break { lie, file, old, new, package: EMULATOR, target }
}

pub(super) const BREAKS: &[Break] = &[
    ram(
        "RAM: a policy that allows wins over one that denies",
        "crates/apsara-emulator/src/ram/policy.rs",
        "            if rule.denies {\n",
        "            if rule.denies && verdict == Verdict::ImplicitDeny {\n",
        UNITS,
    ),
    ram(
        "RAM: what no policy speaks of is allowed",
        "crates/apsara-emulator/src/ram/policy.rs",
        "let mut verdict = Verdict::ImplicitDeny;",
        "let mut verdict = Verdict::Allowed { policy: 0, statement: 0 };",
        UNITS,
    ),
    ram(
        "RAM: NotAction means the same as Action",
        "crates/apsara-emulator/src/ram/policy.rs",
        "self.patterns.iter().any(is) != self.inverted",
        "self.patterns.iter().any(is)",
        UNITS,
    ),
    ram(
        "RAM: the case of an action's letters matters",
        "crates/apsara-emulator/src/ram/policy.rs",
        "pattern::matches_in_any_case(pattern, action)",
        "pattern::matches(pattern, action)",
        UNITS,
    ),
    ram(
        "RAM: a statement applies whatever its conditions",
        "crates/apsara-emulator/src/ram/policy.rs",
        "self.conditions.iter().all(|condition| condition.holds(context))",
        "self.conditions.iter().all(|condition| condition.holds(context) || !self.denies)",
        UNITS,
    ),
    ram(
        "RAM: a question mark stands for no character at all",
        "crates/apsara-emulator/src/ram/pattern.rs",
        "*expected == '?' || ",
        "",
        UNITS,
    ),
    ram(
        "RAM: a wildcard takes at least one character",
        "crates/apsara-emulator/src/ram/pattern.rs",
        "retreat = Some((at, read));",
        "read += 1;\n                retreat = Some((at, read));",
        UNITS,
    ),
    ram(
        "RAM: a negation holds if one of its values differs",
        "crates/apsara-emulator/src/ram/condition.rs",
        "any != self.negated",
        "if self.negated { sent.iter().any(|sent| self.operands.iter().any(|operand| !operand.holds(sent))) } else { any }",
        UNITS,
    ),
    ram(
        "RAM: StringLike knows no wildcards",
        "crates/apsara-emulator/src/ram/condition.rs",
        "Self::Text(Text::Pattern, text) => pattern::matches(text, sent)",
        "Self::Text(Text::Pattern, text) => text == sent",
        UNITS,
    ),
    ram(
        "RAM: an address of a range is compared one bit short",
        "crates/apsara-emulator/src/ram/network.rs",
        "bits.checked_shr(width(address) - length).unwrap_or(0)",
        "bits.checked_shr(width(address) - length + 1).unwrap_or(0)",
        UNITS,
    ),
    ram(
        "RAM: addresses of both kinds are in the range of one",
        "crates/apsara-emulator/src/ram/network.rs",
        "width(*address) == width(candidate) && ",
        "",
        UNITS,
    ),
    ram(
        "RAM: the account of a resource does not matter",
        "crates/apsara-emulator/src/ram/arn.rs",
        "            && covers_part(&pattern.account, &parts.account)\n",
        "",
        UNITS,
    ),
    ram(
        "RAM: an unnamed parameter makes a resource vanish",
        "crates/apsara-emulator/src/ram/needs.rs",
        "if template.is_optional && !(is_complete && is_named) {",
        "if !(is_complete && is_named) {",
        UNITS,
    ),
    ram(
        "RAM: optional resources are always needed",
        "crates/apsara-specs/src/ram.rs",
        "is_optional: resource[\"validationType\"] == \"conditional\"",
        "is_optional: false",
        UNITS,
    ),
    ram(
        "RAM: of several resources the first is enough",
        "crates/apsara-emulator/src/ram/needs.rs",
        "relatives.into_iter().map(one).collect()",
        "relatives.into_iter().take(1).map(one).collect()",
        UNITS,
    ),
    Break {
        lie: "RAM: further actions of a row are not needed",
        file: "crates/apsara-specs/src/ram.rs",
        old: "actions.extend(name.map(|name| RamAction::plain(name, true)));",
        new: "let _ = name.map(|name| RamAction::plain(name, true));",
        package: "apsara-specs",
        target: "lib",
    },
    ram(
        "RAM: only the first action of a call is asked for",
        "crates/apsara-emulator/src/ram/decide.rs",
        "let wanted = needs.actions.iter().flat_map(",
        "let wanted = needs.actions.iter().take(1).flat_map(",
        HTTP,
    ),
    ram(
        "RAM: the policy of a session does not narrow it",
        "crates/apsara-emulator/src/ram/decide.rs",
        "in session.into_iter().chain(identity)",
        "in session.into_iter().filter(|_| false).chain(identity)",
        HTTP,
    ),
    ram(
        "RAM: the policy of a session takes the place of its role's",
        "crates/apsara-emulator/src/ram/decide.rs",
        "in session.into_iter().chain(identity)",
        "in session.into_iter().chain(identity).take(1)",
        HTTP,
    ),
    ram(
        "RAM: an account has no more rights than a user without a policy",
        "crates/apsara-emulator/src/accounts.rs",
        "(Kind::Account, caller.account.clone(), None, None)",
        "(Kind::Account, caller.account.clone(), Some(Vec::new()), None)",
        HTTP,
    ),
    ram(
        "RAM: soft mode refuses",
        "crates/apsara-emulator/src/gateway/authorize.rs",
        "Some(refusal) if state.manner.ram == RamMode::Strict =>",
        "Some(refusal) =>",
        HTTP,
    ),
    ram(
        "RAM: a key of a service is believed wherever it is said",
        "crates/apsara-emulator/src/ram/decide.rs",
        "!needs.is_documented || keys.iter()",
        "!key.is_empty() || keys.iter()",
        HTTP,
    ),
    ram(
        "RAM: a property that no spec has fills a placeholder",
        "crates/apsara-emulator/src/catalog/values.rs",
        "known.is_some_and(|known| known.contains_key(name))",
        "known.is_none_or(|known| known.contains_key(name) || !name.is_empty())",
        HTTP,
    ),
    ram(
        "RAM: who names more than can be judged escapes every denial",
        "crates/apsara-emulator/src/ram/decide.rs",
        "if resource.is_too_many && has_policies {",
        "if resource.is_too_many && !has_policies {",
        HTTP,
    ),
    ram(
        "RAM: a key of an account that is gone may do everything",
        "crates/apsara-emulator/src/accounts.rs",
        "if !self.realms.contains_key(&key.account) {",
        "if key.account.is_empty() {",
        HTTP,
    ),
    ram(
        "RAM: of a key that stands twice the last is read",
        "crates/apsara-emulator/src/strict/once.rs",
        "if !seen.insert(key) {",
        "if !seen.insert(key) && at.is_empty() {",
        HTTP,
    ),
    ram(
        "RAM: the role that is asked for is one of the caller's account",
        "crates/apsara-emulator/src/gateway/authorize.rs",
        "account = role.split(':').nth(3).unwrap_or_default().to_owned();",
        "account = account.trim().to_owned();",
        HTTP,
    ),
    ram(
        "RAM: everybody is trusted with every role",
        "crates/apsara-emulator/src/ram/trust.rs",
        "Verdict::ImplicitDeny => false,",
        "Verdict::ImplicitDeny => return Ok(()),",
        HTTP,
    ),
    ram(
        "RAM: an account can assume its roles itself",
        "crates/apsara-emulator/src/sts/mod.rs",
        "if matches!(caller.who, Who::Root) {",
        "if matches!(caller.who, Who::Root) && arn.is_empty() {",
        HTTP,
    ),
    ram(
        "RAM: the token of any issuer is taken",
        "crates/apsara-emulator/src/sts/oidc.rs",
        "if issuer != claims.iss {",
        "if issuer.is_empty() {",
        HTTP,
    ),
    ram(
        "RAM: a session lasts an hour at most, whatever its role says",
        "crates/apsara-emulator/src/sts/request.rs",
        "map_or(USUAL_SESSION, |role| role.max_session)",
        "map_or(USUAL_SESSION, |role| role.max_session.min(USUAL_SESSION))",
        HTTP,
    ),
    ram(
        "RAM: an unknown key in a file of accounts is passed over",
        "crates/apsara-emulator/src/strict.rs",
        "filter(|key| !known.contains(&key.as_str()))",
        "filter(|key| known.is_empty() && !key.is_empty())",
        HTTP,
    ),
    Break {
        lie: "whatever is called so is a tag of the request",
        file: "crates/apsara-emulator/src/gateway/authorize.rs",
        old: "tags: catalog::tags(found, call.request) }",
        new: "tags: call.request.parameter(\"Tag.1.Key\").zip(call.request.parameter(\"Tag.1.Value\")).map(|(key, value)| (key.to_owned(), value.to_owned())).into_iter().collect() }",
        package: EMULATOR,
        target: "emulator",
    },
    ram(
        "RAM: what a body says of tags is not looked at",
        "crates/apsara-emulator/src/catalog/values.rs",
        "outside.into_iter().chain(inside).filter(|(name, _)| is_tags(name))",
        "outside.into_iter().filter(|(name, _)| is_tags(name))",
        HTTP,
    ),
];
