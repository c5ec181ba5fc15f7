//! What tells the news: it sleeps until a call, the clock, or somebody who moves the clock makes some.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::JoinSet;

use super::send::Sender;
use super::{Log, News, Patience};
use crate::server::Shared;

/// The shortest and the longest sleep: the machine's clock may be set while the emulator sleeps by another one.
const SLEEP: (Duration, Duration) = (Duration::from_millis(1), Duration::from_secs(600));

/// Sends callbacks until it is aborted; those of one task one after the other, in the order of what they tell.
pub(crate) async fn tell(shared: Arc<Shared>, bell: Arc<Notify>, patience: Patience, log: Arc<Log>) {
    let mut moves = shared.clock.moves();
    let mut queues = Queues { waiting: HashMap::new(), sending: JoinSet::new(), sender: Sender::new(patience), log };
    loop {
        moves.borrow_and_update();
        let (news, due) = shared.with_state(|state| state.relays.take_news(shared.clock.now()));
        for news in news {
            queues.push(news);
        }
        let sleep = due.and_then(|due| shared.clock.real_time_until(due));
        tokio::select! {
            () = bell.notified() => {}
            _ = moves.changed() => {}
            () = sleep_or_wait(sleep) => {}
            Some(Ok(origin_id)) = queues.sending.join_next() => queues.next(&origin_id),
        }
    }
}

async fn sleep_or_wait(sleep: Option<Duration>) {
    match sleep {
        Some(length) => tokio::time::sleep(length.clamp(SLEEP.0, SLEEP.1)).await,
        None => std::future::pending().await,
    }
}

/// A queue for each task of which a callback is under way.
struct Queues {
    waiting: HashMap<String, VecDeque<(u64, News)>>,
    sending: JoinSet<String>,
    sender: Sender,
    log: Arc<Log>,
}

impl Queues {
    fn push(&mut self, news: News) {
        let number = self.log.begin(&news);
        match self.waiting.entry(news.origin_id.clone()) {
            Entry::Occupied(mut queue) => queue.get_mut().push_back((number, news)),
            Entry::Vacant(free) => {
                free.insert(VecDeque::new());
                self.send(number, news);
            }
        }
    }

    /// Goes on with the next one of a task.
    fn next(&mut self, origin_id: &str) {
        match self.waiting.get_mut(origin_id).and_then(VecDeque::pop_front) {
            Some((number, news)) => self.send(number, news),
            None => drop(self.waiting.remove(origin_id)),
        }
    }

    fn send(&mut self, number: u64, news: News) {
        let (sender, log) = (self.sender.clone(), Arc::clone(&self.log));
        self.sending.spawn(async move {
            sender.send(&news, &log, number).await;
            news.origin_id
        });
    }
}
