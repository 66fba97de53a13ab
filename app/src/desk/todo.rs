//! What waits to be done, with the ways to where it is done.

use domain::todo::{MOST, Trouble, Waiting};
use leptos::prelude::*;

use crate::text::t;

/// A number of things that wait.
pub(crate) struct Todo {
    /// Tells it from the others.
    id: &'static str,
    href: &'static str,
    count: i64,
    what: String,
    note: String,
}

/// What waits for whoever runs goods; sellers have their own pages of orders and claims.
pub(crate) fn waiting(waiting: Waiting, ship_days: i64, seller: bool) -> Vec<Todo> {
    let (new, late, claims) = if seller {
        ("/seller/orders?tab=new", "/seller/orders?late=1", "/seller/claims")
    } else {
        ("/staff/orders?tab=new", "/staff/orders?late=1", "/staff/claims")
    };
    let todo = |id, href, count, what, note| Todo { id, href, count, what, note };
    vec![
        todo("todo-orders", new, waiting.unaccepted, t!("todo-orders"), t!("todo-orders-note")),
        todo("todo-late", late, waiting.late, t!("todo-late"), t!("todo-late-note", days = ship_days)),
        todo("todo-claims", claims, waiting.claims, t!("todo-claims"), t!("todo-claims-note")),
        todo("todo-low", "/seller/stock?level=low", waiting.low, t!("todo-low"), t!("todo-low-note")),
    ]
}

/// What is in trouble, for the staff.
pub(crate) fn trouble(trouble: Trouble, applications: i64) -> Vec<Todo> {
    let todo = |id, href, count, what, note| Todo { id, href, count, what, note };
    vec![
        todo(
            "todo-applications",
            "/staff/applications",
            applications,
            t!("todo-applications"),
            t!("todo-applications-note"),
        ),
        todo(
            "todo-unknown",
            "/staff/payments?status=unknown",
            trouble.unknown,
            t!("todo-unknown"),
            t!("todo-unknown-note"),
        ),
        todo("todo-letters", "/staff/readers", trouble.letters, t!("todo-letters"), t!("todo-letters-note")),
    ]
}

/// The list.
#[component]
pub(crate) fn Todos(
    /// What waits.
    todos: Vec<Todo>,
) -> impl IntoView {
    let items = todos.into_iter().map(|todo| {
        let count = if todo.count > MOST { format!("{MOST}+") } else { todo.count.to_string() };
        view! {
            <li>
                <a href=todo.href class=(todo.count == 0).then_some("none")>
                    <strong data-testid=todo.id>{count}</strong>
                    <span>{todo.what}</span>
                    <small>{todo.note}</small>
                </a>
            </li>
        }
    });
    view! { <ul class="todo">{items.collect_view()}</ul> }
}
