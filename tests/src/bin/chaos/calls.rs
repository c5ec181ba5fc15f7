//! The calls: of three operations that may be repeated, may be with a token, and may not be.

use std::sync::Arc;
use std::time::Duration;

use apsara::pacing::Pacer;
use apsara::transport::ReqwestTransport;
use apsara::{Config, Credentials, Error, Outcome, Retry, SignatureVersion, live};
use apsara_emulator::Emulator;
use apsara_tests::{Kind, Sessions};

/// The operation of a kind, and the parameter that holds the number of the call.
///
/// Each of them is carried out however often it is sent, so that nothing hides a second execution.
pub(crate) fn operation(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Safe => ("DescribeLivePullToPushList", "TaskName"),
        Kind::WithToken => ("CopyCaster", "CasterName"),
        Kind::Unsafe => ("UpdateLivePullToPush", "CallbackUrl"),
    }
}

/// What the client said of a call.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) number: usize,
    pub(crate) kind: Kind,
    pub(crate) attempts: u32,
    /// Whether it had hardly any time.
    pub(crate) is_hurried: bool,
    /// Nothing where the call succeeded.
    pub(crate) outcome: Option<Outcome>,
}

/// Where calls go: an emulator with a task that runs.
pub(crate) struct Place {
    pub(crate) url: String,
    pub(crate) account: String,
    pub(crate) key: String,
    pub(crate) secret: String,
    pub(crate) task: String,
}

impl Place {
    pub(crate) fn new(emulator: &Emulator, task: &str) -> Self {
        let (key, secret) = (emulator.access_key_id().to_owned(), emulator.access_key_secret().to_owned());
        let (url, account) = (emulator.url().to_owned(), emulator.account_id().to_owned());
        Self { url, account, key, secret, task: task.to_owned() }
    }
}

/// Several clients, with permanent and temporary keys and both signatures.
pub(crate) struct Clients {
    clients: Vec<live::Client>,
    task: String,
    seed: u64,
}

impl Clients {
    pub(crate) fn new(place: &Place, pacer: Option<&Arc<dyn Pacer>>, seed: u64) -> Result<Self, Error> {
        let retry = Retry::new().waits(Duration::from_millis(1), Duration::from_millis(20));
        let key = || Credentials::new(&place.key, &place.secret);
        // Each would read the certificates of the system anew, which takes longer than the calls.
        let transport = Arc::new(ReqwestTransport::new()?);
        let builder = || Config::builder().endpoint(&place.url).retry(retry).account(&place.account);
        let config = |number: u32| {
            let config = match pacer {
                Some(pacer) => builder().pacer(Arc::clone(pacer)),
                None => builder().without_pacing(),
            };
            let config = match number % 2 {
                0 => config.credentials(key()?),
                _ => {
                    let asking =
                        builder().without_pacing().credentials(key()?).transport(Arc::clone(&transport)).build()?;
                    config.credentials_provider(Sessions::of(&asking, &place.account))
                }
            };
            let signature = if number % 4 < 2 { SignatureVersion::V3 } else { SignatureVersion::V1 };
            config.signature(signature).transport(Arc::clone(&transport)).build()
        };
        let clients = (0..16).map(|number| Ok(live::Client::new(&config(number)?))).collect::<Result<_, Error>>()?;
        Ok(Self { clients, task: place.task.clone(), seed })
    }

    /// Makes the call of a number; what it is follows from the number and the seed.
    pub(crate) async fn call(&self, number: usize) -> Told {
        let (draw, kind) = drawn(self.seed, number);
        let live = &self.clients[(draw >> 8) as usize % self.clients.len()];
        let is_hurried = (draw >> 16).is_multiple_of(20);
        let deadline = Duration::from_millis(if is_hurried { (draw >> 24) % 8 } else { 30_000 });
        let id = format!("call-{number}");
        let (attempts, outcome) = match kind {
            Kind::Safe => {
                let call = live.describe_live_pull_to_push_list().region("cn-shanghai").task_name(id);
                told(call.with_deadline(deadline).send_raw().await)
            }
            Kind::WithToken => {
                let call = live.copy_caster().caster_name(id).src_caster_id("source");
                told(call.with_deadline(deadline).send_raw().await)
            }
            Kind::Unsafe => {
                let call = live.update_live_pull_to_push().region("cn-shanghai").task_id(&self.task);
                told(call.callback_url(format!("http://127.0.0.1/{id}")).with_deadline(deadline).send_raw().await)
            }
        };
        Told { number, kind, attempts, is_hurried, outcome }
    }
}

/// Draws what a call is.
fn drawn(seed: u64, number: usize) -> (u64, Kind) {
    let draw = mixed(seed ^ (number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    (draw, Kind::ALL[(draw % 3) as usize])
}

/// Returns the kind of the call of a number.
pub(crate) fn kind(seed: u64, number: usize) -> Kind {
    drawn(seed, number).1
}

fn told<T>(result: Result<apsara::Raw<T>, Error>) -> (u32, Option<Outcome>) {
    match result {
        Ok(answer) => (answer.attempts(), None),
        Err(error) => (error.attempts(), Some(error.outcome())),
    }
}

/// Mixes the bits of a number (the finalizer of SplitMix64).
pub(crate) fn mixed(mut number: u64) -> u64 {
    number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}
