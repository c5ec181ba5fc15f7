//! The run that is killed, in a process of its own.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use apsara::live::{DescribeLivePullToPushRequest, RestartLivePullToPushRequest};
use apsara::{Config, Credentials};
use apsara_bulk::{Input, Options, Run, Stop, Typed, check};

use crate::Result;

/// How many restarts are under way at a time.
pub(crate) const IN_FLIGHT: usize = 8;

/// How long after a call it is asked about: no request takes longer on this machine, even if its sender was killed.
const SETTLE: Duration = Duration::from_millis(500);

/// Begins or resumes a run of restarts. `knows` tells that a restart gives a task a new id, so that the old one says whether it was
/// restarted.
pub(crate) async fn run(arguments: &[&str]) -> Result<()> {
    let [url, id, secret, input, journal, knows] = arguments else { return Err("six arguments".into()) };
    // The quota is kept to elsewhere; here many calls are to be under way when the program is killed.
    let config = Config::builder().endpoint(*url).credentials(Credentials::new(*id, *secret)?).without_pacing();
    let mut typed = Typed::<RestartLivePullToPushRequest>::new(&config.build()?)?;
    if *knows == "knows" {
        let executed = "TaskStatus == -1 && TaskExitReason == \"TriggerByUser\"".parse()?;
        let not_executed = "TaskStatus == 1 || TaskStatus == 2".parse()?;
        typed = typed.reconciled_by::<DescribeLivePullToPushRequest>(Some(executed), Some(not_executed));
    }
    let journal = Path::new(journal);
    let checked = check(Input::open(input)?, &typed, journal)?;
    if checked.violation_count() > 0 || !checked.duplicates().is_empty() {
        return Err("the input is wrong".into());
    }
    let begun = journal.exists();
    let mut run = if begun { Run::resume(checked, journal, &typed)? } else { Run::create(checked, journal, &typed)? };
    let options = Options::default().in_flight(IN_FLIGHT).stop_after(0).settle(SETTLE);
    run.go_on(Arc::new(typed), &options, &Stop::new(), |_| {}).await?;
    Ok(())
}
