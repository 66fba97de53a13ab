//! What happens, told at once to the browsers of whom it concerns: each instance hears of it from
//! the database, and tells the streams that it holds.

mod ear;

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use contract::{member::MemberId, order::OrderId};
use domain::Shop;
use tokio::{sync::mpsc, task::JoinSet};

/// The most streams that one member may have open; the oldest makes room for one more.
const MOST: usize = 8;

/// The most words that wait for a browser which is slow to take them.
const WAITING: usize = 32;

/// Something that a browser is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// Something of the order changed.
    Order(OrderId),
    /// Something of the inbox changed.
    Inbox,
    /// A newer stream took the place of this one: not to be opened again by itself.
    Replaced,
}

/// Who listens at this instance. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Hub(Arc<Mutex<Streams>>);

#[derive(Debug, Default)]
struct Streams {
    closed: bool,
    opened: u64,
    of: HashMap<MemberId, VecDeque<(u64, mpsc::Sender<Word>)>>,
}

/// One stream's end of the line. It hears nothing any more once there is no more room for what it
/// did not take, once something may have been missed, and once the hub closes; whoever comes back
/// then looks at everything anew.
#[derive(Debug)]
pub struct Listener {
    words: mpsc::Receiver<Word>,
    hub: Hub,
    member: MemberId,
    number: u64,
}

/// Starts to hear; ends when the set is dropped.
pub fn start(shop: &Shop) -> (Hub, JoinSet<()>) {
    let hub = Hub::default();
    let ears = ear::open(shop, &hub);
    (hub, ears)
}

impl Hub {
    /// Listens to what concerns a member.
    pub fn listen(&self, member: MemberId) -> Listener {
        let (sender, words) = mpsc::channel(WAITING);
        let mut streams = self.streams();
        streams.opened += 1;
        let number = streams.opened;
        if !streams.closed {
            let own = streams.of.entry(member).or_default();
            if own.len() >= MOST
                && let Some((_, oldest)) = own.pop_front()
            {
                let _ = oldest.try_send(Word::Replaced);
            }
            own.push_back((number, sender));
        }
        drop(streams);
        Listener { words, hub: self.clone(), member, number }
    }

    /// Ends every stream, now and from now on.
    pub fn close(&self) {
        self.streams().closed = true;
        self.hang_up();
    }

    /// Ends every stream: each browser comes back and looks at everything.
    fn hang_up(&self) {
        self.streams().of.clear();
    }

    /// Tells a member's browsers. One that has not taken what it was told before is hung up on.
    fn tell(&self, member: MemberId, word: Word) {
        let mut streams = self.streams();
        if let Some(own) = streams.of.get_mut(&member) {
            own.retain(|(_, stream)| stream.try_send(word).is_ok());
        }
    }

    fn is_empty(&self) -> bool {
        self.streams().of.is_empty()
    }

    fn streams(&self) -> MutexGuard<'_, Streams> {
        // Nothing that holds it can panic halfway.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Listener {
    /// Waits for the next word; `None` when there will be no more.
    pub async fn next(&mut self) -> Option<Word> {
        self.words.recv().await
    }

    /// Tells streams apart.
    pub const fn number(&self) -> u64 {
        self.number
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let mut streams = self.hub.streams();
        if let Some(own) = streams.of.get_mut(&self.member) {
            own.retain(|(number, _)| *number != self.number);
            if own.is_empty() {
                streams.of.remove(&self.member);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_member_hears_their_own_and_nobody_elses() {
        let hub = Hub::default();
        let (mut own, mut others) = (hub.listen(1), hub.listen(2));
        hub.tell(1, Word::Inbox);
        assert_eq!(own.next().await, Some(Word::Inbox));
        hub.close();
        assert_eq!((own.next().await, others.next().await), (None, None));
        assert_eq!(hub.listen(1).next().await, None, "nobody listens to what is closed");
    }

    #[tokio::test]
    async fn the_oldest_stream_of_a_member_makes_room() {
        let hub = Hub::default();
        let mut streams: Vec<Listener> = (0..=MOST).map(|_| hub.listen(1)).collect();
        hub.tell(1, Word::Inbox);
        let mut first = streams.remove(0);
        assert_eq!((first.next().await, first.next().await), (Some(Word::Replaced), None));
        for stream in &mut streams {
            assert_eq!(stream.next().await, Some(Word::Inbox));
        }
        drop((first, streams));
        assert!(hub.is_empty(), "who is gone is forgotten");
    }

    #[tokio::test]
    async fn a_browser_that_takes_nothing_is_hung_up_on() {
        let hub = Hub::default();
        let mut slow = hub.listen(1);
        for _ in 0..=WAITING {
            hub.tell(1, Word::Inbox);
        }
        let mut heard = 0;
        while slow.next().await.is_some() {
            heard += 1;
        }
        assert_eq!(heard, WAITING);
    }
}
