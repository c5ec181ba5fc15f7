//! The loop that accepts connections and turns their requests into answers.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioTimer;
use jiff::SignedDuration;
use tokio::task::JoinSet;

use crate::clock::{Clocks, Now};
use crate::connection::Connection;
use crate::control;
use crate::delivery::{Order, Orders, Unanswered, deliver};
use crate::door::Door;
use crate::emulator::Blueprint;
use crate::faults::{Faults, Intervention};
use crate::gateway::{self, State};
use crate::refusal::Refusal;
use crate::relay::callbacks;
use crate::request::WireRequest;
use crate::store::Ticket;

/// The largest body that is looked at.
const LARGEST_BODY: usize = 1024 * 1024;
/// How much of a larger body is read and thrown away, so that its sender gets to read the answer.
const LARGEST_DISCARDED: usize = 64 * 1024 * 1024;
/// How long a connection may be idle, or take over a request's headers: longer than clients keep idle connections, so
/// that it is the client who hangs up and never finds that the emulator has just done so.
const HEADER_PATIENCE: Duration = Duration::from_secs(120);
/// How long a request's body may take.
const BODY_PATIENCE: Duration = Duration::from_secs(30);

/// What all connections share.
pub(crate) struct Shared {
    pub(crate) clocks: Clocks,
    pub(crate) faults: Faults,
    /// The port at which requests that control the emulator arrive; nothing if they are not listened to.
    pub(crate) control: Option<u16>,
    pub(crate) blueprint: Blueprint,
    /// The record of callbacks.
    pub(crate) told: Arc<callbacks::Log>,
    started: Instant,
    state: Mutex<State>,
}

impl Shared {
    pub(crate) fn new(
        blueprint: Blueprint,
        clocks: Clocks,
        faults: Faults,
        state: State,
        control: Option<u16>,
    ) -> Self {
        let (told, started) = (Arc::default(), Instant::now());
        Self { clocks, faults, control, blueprint, told, started, state: Mutex::new(state) }
    }

    /// Lets everything be as at the start.
    pub(crate) fn reset(&self) {
        self.with_state(|state| {
            self.clocks.reset();
            self.faults.reset();
            self.told.clear();
            state.replace(self.blueprint.build());
            state.save(&self.clocks);
        });
    }

    /// Saves whatever may have changed.
    fn save(&self) -> Ticket {
        self.with_state(|state| state.save(&self.clocks))
    }

    /// Saves whatever may have changed, and nothing any more.
    pub(crate) fn close(&self) {
        self.save();
        self.with_state(|state| state.store.close());
    }

    fn now(&self, skew: SignedDuration) -> Now {
        Now {
            world: self.clocks.world.now(),
            gateway: self.clocks.gateway.now(),
            skew,
            since_start: self.started.elapsed(),
        }
    }

    /// Decides what goes wrong with a request.
    fn intervene(&self, request: &WireRequest) -> Intervention {
        if request.flaw.is_some() {
            return Intervention::default();
        }
        Intervention::new(self.with_state(|state| self.faults.draw(|| gateway::describe_call(state, request))))
    }

    /// Answers and records what the HTTP library could not parse, as the bytes of a whole response.
    pub(crate) fn refuse_unreadable(&self, status: StatusCode) -> Vec<u8> {
        let (answer, now) = self.with_state(|state| {
            let now = self.now(SignedDuration::ZERO);
            (gateway::refuse_unreadable(state, status, now), now)
        });
        answer.into_bytes(now.shown())
    }

    pub(crate) fn with_state<T>(&self, read: impl FnOnce(&mut State) -> T) -> T {
        read(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Serves until it is aborted; its connections end with it.
pub(crate) async fn serve(door: Door, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = door.accept() => accepted,
            Some(_) = connections.join_next() => continue,
        };
        match accepted {
            Ok((stream, peer)) => {
                let _ = stream.set_nodelay(true);
                let orders = Arc::new(Orders::default());
                let connection = Connection::new(stream, Arc::clone(&shared), Arc::clone(&orders));
                let shared = Arc::clone(&shared);
                let service =
                    service_fn(move |request| respond(Arc::clone(&shared), Arc::clone(&orders), peer.ip(), request));
                let mut builder = http1::Builder::new();
                builder.timer(TokioTimer::new()).header_read_timeout(HEADER_PATIENCE).half_close(true);
                let connection = builder.serve_connection(connection, service);
                connections.spawn(async move {
                    // A connection that breaks is its caller's affair: the ledger already says what was done.
                    let _ = connection.await;
                });
            }
            // Out of file descriptors, most likely: the next connection to end gives one back.
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}

async fn respond(
    shared: Arc<Shared>,
    orders: Arc<Orders>,
    peer: IpAddr,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Unanswered> {
    if orders.is(&Order::ResetWhenUsed) {
        // It came together with the request before, so that the library had it before the connection was to be reset.
        orders.reset();
        return Err(Unanswered);
    }
    let (parts, incoming) = request.into_parts();
    let read = tokio::time::timeout(BODY_PATIENCE, read_body(incoming)).await;
    let (body, flaw) = match read.unwrap_or_else(|_| Err(Refusal::body_unreadable())) {
        Ok(body) => (body, None),
        Err(refusal) => (Bytes::new(), Some(refusal)),
    };
    let mut wire = WireRequest::new(&parts, body);
    wire.flaw = flaw.or(wire.flaw);
    wire.peer = peer;
    if let Some(response) = control::respond(&shared, &wire) {
        return Ok(if shared.save().written().await.is_ok() { response } else { control::unwritten() });
    }
    let mut intervention = shared.intervene(&wire);
    if let Some(delay) = intervention.delay() {
        tokio::time::sleep(delay).await;
    }
    // One reading of the clock answers the whole request, and under the lock the ledger is in that order.
    let (answer, now, saved) = shared.with_state(|state| {
        let now = shared.now(intervention.skew());
        let mut answer = gateway::answer(state, &wire, now, &mut intervention);
        if intervention.repeats() {
            answer = gateway::answer(state, &wire, now, &mut intervention);
        }
        intervention.applied().inspect(|kind| shared.faults.count(*kind));
        (answer, now, state.save(&shared.clocks))
    });
    if saved.written().await.is_err() {
        // What is not written must not be acknowledged.
        orders.reset();
        return Err(Unanswered);
    }
    deliver(answer, now.shown(), &orders)
}

async fn read_body(mut incoming: Incoming) -> Result<Bytes, Refusal> {
    let mut body = BytesMut::new();
    let mut length = 0usize;
    while let Some(frame) = incoming.frame().await {
        let frame = frame.map_err(|_| Refusal::body_unreadable())?;
        let Ok(data) = frame.into_data() else {
            continue;
        };
        length = length.saturating_add(data.len());
        if length <= LARGEST_BODY {
            body.extend_from_slice(&data);
        } else if length > LARGEST_DISCARDED {
            break;
        }
    }
    if length > LARGEST_BODY { Err(Refusal::body_too_large()) } else { Ok(body.freeze()) }
}
