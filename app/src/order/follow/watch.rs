//! Keeping what is shown true, in the browser.

use std::{cell::Cell, rc::Rc};

use leptos::{prelude::*, task::spawn_local};

use super::{Followed, Page, follow_order};
use crate::live::{Told, listen};

/// Under this key the browser keeps the order of which something is said once its page was loaded
/// anew.
const SAID: &str = "said";

thread_local! {
    /// Whether the shopper is on the way to another page.
    static LEAVING: Cell<bool> = const { Cell::new(false) };
}

/// Looks at the order whenever something of it changed.
pub(super) fn watch(page: Page) {
    let storage = window().session_storage().ok().flatten();
    if let Some(storage) = storage
        && let Ok(Some(order)) = storage.get_item(SAID)
    {
        let _ = storage.remove_item(SAID);
        // Another order's page may have come instead. What is said is how it stands by now.
        let now = page.now.get_untracked();
        if order == now.order {
            page.said.set(now.sentence);
        }
    }
    for event in ["beforeunload", "submit"] {
        window_event_listener_untyped(event, |event| LEAVING.set(!event.default_prevented()));
    }
    // Come back to by the button for it, the page is as it was left.
    window_event_listener_untyped("pageshow", |_| LEAVING.set(false));
    let (order, stage) = page.now.with_untracked(|now| (now.order.clone(), now.stage.clone()));
    let look = Rc::new(Look { page, order, stage, under_way: Cell::new(false), again: Cell::new(false) });
    listen(move |told| match told {
        Told::Hello => look.start(),
        Told::Order(id) if *id == look.order => look.start(),
        _ => {}
    });
}

struct Look {
    page: Page,
    order: String,
    /// What the rest of the page was rendered for.
    stage: String,
    under_way: Cell<bool>,
    again: Cell<bool>,
}

impl Look {
    /// Asks for the order, one request at a time, so that the last answer is the newest.
    fn start(self: &Rc<Self>) {
        self.again.set(true);
        if self.under_way.replace(true) {
            return;
        }
        let look = Rc::clone(self);
        spawn_local(async move {
            while look.again.replace(false) {
                // One that fails is made up for by the next hello.
                if let Ok(now) = follow_order(look.order.clone()).await {
                    look.show(now);
                }
            }
            look.under_way.set(false);
        });
    }

    fn show(&self, now: Followed) {
        if self.page.now.with_untracked(|shown| *shown != now) {
            self.page.said.set(now.sentence.clone());
            self.page.now.set(now.clone());
        }
        if now.stage != self.stage {
            self.turn();
        }
    }

    /// The rest of the page, with its buttons and forms, was rendered for what is over: it is
    /// loaded anew, once. But not under the hands of somebody who types or chooses something, who
    /// is told instead; nor of somebody who is leaving it, since that would be undone.
    fn turn(&self) {
        if LEAVING.get() {
            return;
        }
        if is_typing() {
            return self.page.old.set(true);
        }
        LEAVING.set(true);
        if let Ok(Some(storage)) = window().session_storage() {
            let _ = storage.set_item(SAID, &self.order);
        }
        let _ = window().location().reload();
    }
}

fn is_typing() -> bool {
    document().active_element().is_some_and(|at| matches!(at.tag_name().as_str(), "INPUT" | "SELECT" | "TEXTAREA"))
}
