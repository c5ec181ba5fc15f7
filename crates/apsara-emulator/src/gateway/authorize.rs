//! Whether a caller may do what it asks for.

use std::borrow::Cow;
use std::collections::BTreeMap;

use apsara_specs::Ram;

use super::{Call, State};
use crate::accounts::{Caller, role_name};
use crate::catalog::{self, Found};
use crate::ledger;
use crate::ram::{self, Filling, RamDecision, RamMode};
use crate::refusal::Refusal;
use crate::request::WireRequest;

/// The first parts of the names of regions.
const CONTINENTS: [&str; 8] = ["ap", "cn", "eu", "me", "na", "rus", "sa", "us"];

/// Looks at policies, if any are to be looked at, and refuses what they do not allow, if that is to be refused.
pub(super) fn authorize(
    state: &State,
    call: &Call<'_>,
    found: &Found<'_>,
    caller: &Caller,
    decided: &mut Option<RamDecision>,
) -> Result<(), Refusal> {
    if state.manner.ram == RamMode::Off {
        return Ok(());
    }
    let (needs, filling) = (needs(found), filling(call, found, caller));
    let subject = state.accounts.subject(caller);
    let (request, product, now) = (call.request, found.product.code(), call.now.world);
    let call = ram::Call { request, product, needs: &needs, filling: &filling, now };
    let (decision, refusal) = ram::decide(&call, &subject);
    *decided = Some(decision);
    match refusal {
        Some(refusal) if state.manner.ram == RamMode::Strict => Err(refusal),
        _ => Ok(()),
    }
}

/// Tells what must be allowed to whoever calls an operation.
pub(super) fn needs<'a>(found: &Found<'a>) -> Cow<'a, Ram> {
    let operation = found.operation.name.as_str();
    match &found.operation.needs {
        _ if is_of_sts(found) && operation == "GetCallerIdentity" => Cow::Owned(Ram::nothing()),
        Some(needs) => Cow::Borrowed(needs),
        None => Cow::Owned(Ram::undocumented(&found.product.ram_code, operation)),
    }
}

/// Tells the parameters by whose values policies decide about a request; nothing if one of them may hold a secret.
pub(super) fn deciding(found: &Found<'_>, request: &WireRequest) -> Option<BTreeMap<String, Vec<String>>> {
    let needs = needs(found);
    if !ram::names_parameters(&needs) {
        return Some(BTreeMap::new());
    }
    let values = catalog::values(found, request);
    let names = ram::deciding(&needs, &values);
    let is_deciding = |name: &str| {
        // Its name and its account are taken out of it.
        names.contains(name) || name == "RoleArn" && assumes_role(found)
    };
    let may_be_seen = |name: &str, values: &[String]| {
        let sensitive = &found.operation.sensitive;
        !ledger::may_be_secret(name, sensitive) && !values.iter().any(|value| ledger::holds_secret(value, sensitive))
    };
    let chosen = values.iter().filter(|(name, _)| is_deciding(name)).cloned();
    chosen.map(|(name, values)| may_be_seen(&name, &values).then_some((name, values))).collect()
}

/// Tells the region in a request that names it, or in the host that it went to.
pub(super) fn region(request: &WireRequest) -> Option<String> {
    request.parameter("RegionId").map(str::to_owned).or_else(|| region_of(request.host()))
}

fn assumes_role(found: &Found<'_>) -> bool {
    is_of_sts(found) && found.operation.name == "AssumeRole"
}

fn is_of_sts(found: &Found<'_>) -> bool {
    found.product.code().eq_ignore_ascii_case("Sts")
}

/// Tells what the placeholders in the names of resources stand for.
fn filling(call: &Call<'_>, found: &Found<'_>, caller: &Caller) -> Filling {
    let mut values = catalog::values(found, call.request);
    let one = |name: &str| values.iter().find(|(known, _)| known == name).and_then(|(_, values)| values.first());
    let region = one("RegionId").cloned().or_else(|| region(call.request));
    let mut account = caller.account.clone();
    if let Some(role) = one("RoleArn").filter(|_| assumes_role(found)) {
        // A role belongs to its own account, whoever asks for it.
        account = role.split(':').nth(3).unwrap_or_default().to_owned();
        let name = role_name(role).to_owned();
        // Before all that the request says, for the first that fits is meant.
        values.insert(0, ("RoleName".to_owned(), vec![name]));
    }
    Filling { account, region, values, tags: catalog::tags(found, call.request) }
}

/// Finds the region in a host, such as `live.cn-shanghai.aliyuncs.com`.
fn region_of(host: &str) -> Option<String> {
    let is_region = |label: &&str| label.split_once('-').is_some_and(|(first, _)| CONTINENTS.contains(&first));
    host.split('.').skip(1).find(is_region).map(str::to_owned)
}
