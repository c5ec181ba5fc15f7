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
///
/// Where the state outlives the program, what they tell is written before they go out, and that they did afterwards: a
/// program that ends in between tells it again. It gives up when the data cannot be written.
pub(crate) async fn tell(shared: Arc<Shared>, bell: Arc<Notify>, patience: Patience) {
    let mut moves = shared.clocks.world.moves();
    let sender = Sender::new(patience);
    let mut first = 0;
    let mut queues = Queues::new(&sender, &shared.told);
    loop {
        moves.borrow_and_update();
        let (batch, saved) = shared.with_state(|state| {
            let batch = state.relays.take_news(shared.clocks.world.now());
            let saved = if batch.news.is_empty() { None } else { Some(state.save(&shared.clocks)) };
            (batch, saved)
        });
        if batch.first != first {
            first = batch.first;
            // Whatever is under way stops with them.
            queues = Queues::new(&sender, &shared.told);
        }
        if let Some(saved) = saved
            && saved.written().await.is_err()
        {
            return;
        }
        for (number, news) in batch.news {
            queues.push(number, news);
        }
        let sleep = batch.due.and_then(|due| shared.clocks.world.real_time_until(due));
        tokio::select! {
            () = bell.notified() => {}
            _ = moves.changed() => {}
            () = sleep_or_wait(sleep) => {}
            Some(Ok((number, origin_id))) = queues.sending.join_next() => {
                shared.with_state(|state| {
                    state.relays.told(number);
                    state.save(&shared.clocks);
                });
                queues.next(&origin_id);
            }
        }
    }
}

async fn sleep_or_wait(sleep: Option<Duration>) {
    match sleep {
        Some(length) => tokio::time::sleep(length.clamp(SLEEP.0, SLEEP.1)).await,
        None => std::future::pending().await,
    }
}

/// What is to be sent: its number among the news, that in the record, and what it says.
type Letter = (u64, u64, News);

/// A queue for each task of which a callback is under way.
struct Queues {
    waiting: HashMap<String, VecDeque<Letter>>,
    sending: JoinSet<(u64, String)>,
    sender: Sender,
    log: Arc<Log>,
}

impl Queues {
    fn new(sender: &Sender, log: &Arc<Log>) -> Self {
        Self { waiting: HashMap::new(), sending: JoinSet::new(), sender: sender.clone(), log: Arc::clone(log) }
    }

    fn push(&mut self, number: u64, news: News) {
        let letter = (number, self.log.begin(&news), news);
        match self.waiting.entry(letter.2.origin_id.clone()) {
            Entry::Occupied(mut queue) => queue.get_mut().push_back(letter),
            Entry::Vacant(free) => {
                free.insert(VecDeque::new());
                self.send(letter);
            }
        }
    }

    /// Goes on with the next one of a task.
    fn next(&mut self, origin_id: &str) {
        match self.waiting.get_mut(origin_id).and_then(VecDeque::pop_front) {
            Some(letter) => self.send(letter),
            None => drop(self.waiting.remove(origin_id)),
        }
    }

    fn send(&mut self, (number, entry, news): Letter) {
        let (sender, log) = (self.sender.clone(), Arc::clone(&self.log));
        self.sending.spawn(async move {
            sender.send(&news, &log, entry).await;
            (number, news.origin_id)
        });
    }
}
