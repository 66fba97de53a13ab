//! The stream of a page, in the browser.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::Duration,
};

use leptos::prelude::*;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{EventSource, MessageEvent};

/// How long to wait where the browser itself gives up: after an answer that is no stream.
const LATER: Duration = Duration::from_secs(60);

/// Something that the page is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Told {
    /// From here on nothing is missed; something may have been before.
    Hello,
    /// Something of an order changed, by its id.
    Order(String),
    /// So many notifications are unread.
    Inbox(i64),
}

type Ear = Rc<dyn Fn(&Told)>;

thread_local! {
    static EARS: RefCell<Vec<Ear>> = const { RefCell::new(Vec::new()) };
    static SOURCE: RefCell<Option<EventSource>> = const { RefCell::new(None) };
    static WAITS: Cell<bool> = const { Cell::new(false) };
    static HEAR: Closure<dyn Fn(MessageEvent)> = Closure::new(hear);
}

/// Hears what is told for as long as the page is looked at.
pub(crate) fn listen(hear: impl Fn(&Told) + 'static) {
    let first = EARS.with_borrow_mut(|ears| {
        ears.push(Rc::new(hear));
        ears.len() == 1
    });
    if first {
        // Browsers open few connections to one shop: only a page that is looked at keeps one. Each
        // opening starts with a hello, so that what was missed is looked up.
        for event in ["visibilitychange", "pageshow"] {
            window_event_listener_untyped(event, |_| if document().hidden() { close() } else { open() });
        }
        window_event_listener_untyped("pagehide", |_| close());
        open();
    }
}

fn open() {
    if document().hidden() || SOURCE.with_borrow(Option::is_some) {
        return;
    }
    let Ok(source) = EventSource::new("/live") else { return };
    HEAR.with(|hear| {
        for event in ["hello", "order", "inbox", "replaced", "error"] {
            let _ = source.add_event_listener_with_callback(event, hear.as_ref().unchecked_ref());
        }
    });
    SOURCE.set(Some(source));
}

fn close() {
    if let Some(source) = SOURCE.take() {
        source.close();
    }
}

fn hear(event: MessageEvent) {
    let data = || event.data().as_string().unwrap_or_default();
    let told = match event.type_().as_str() {
        "hello" => Told::Hello,
        "order" => Told::Order(data()),
        "inbox" => match data().parse() {
            Ok(unread) => Told::Inbox(unread),
            Err(_) => return,
        },
        // Pages that were opened later took its place: it is opened again when it is looked at again.
        "replaced" => return close(),
        _ => return failed(),
    };
    // Outside of the borrow: who hears may listen for more.
    for ear in EARS.with_borrow(Clone::clone) {
        ear(&told);
    }
}

/// A connection that is lost is opened again by the browser, but not one that was refused, as while
/// the shop's database is away.
fn failed() {
    let refused =
        SOURCE.with_borrow(|source| source.as_ref().is_some_and(|source| source.ready_state() == EventSource::CLOSED));
    if refused && !WAITS.replace(true) {
        close();
        set_timeout(
            || {
                WAITS.set(false);
                open();
            },
            LATER,
        );
    }
}
