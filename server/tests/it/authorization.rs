//! Who may do what: every server function, every page of a member or of who runs the shop, and every
//! file that goes out or comes in, tried as everybody; and every operation of the API, by tokens and
//! by sessions. The tables say who may; what is missing in them fails, and so does what they name and
//! the shop has not.

mod doors;
mod operations;
mod programs;
mod scene;
mod table;

use std::collections::BTreeSet;

use leptos::{config::LeptosOptions, server_fn::axum::server_fn_paths};
use leptos_axum::generate_route_list;
use server::postgres;
use sqlx::PgPool;

use self::{
    doors::{Door, Who},
    scene::Scene,
    table::{COVER, FUNCTIONS, PAGES, ROUTES},
};
use crate::{
    process::Served,
    support::{Outcome, folder},
};

/// A payment gateway that does not answer: cards are taken, and nothing can be paid.
const NOWHERE: ((&str, &str), (&str, &str)) =
    (("MADANG_GATEWAY_URL", "http://127.0.0.1:9"), ("MADANG_GATEWAY_SECRET", "test_sk_nobody"));

fn names<T: Copy>(table: &[T], name: impl Fn(T) -> &'static str) -> BTreeSet<String> {
    table.iter().map(|line| name(*line).to_owned()).collect()
}

#[test]
fn the_table_names_every_server_function() {
    let there: BTreeSet<String> =
        server_fn_paths().map(|(path, _)| path.trim_start_matches("/fn/").to_owned()).collect();
    assert!(there.len() > 40, "the program links them all: {there:?}");
    assert_eq!(names(FUNCTIONS, |(name, ..)| name), there, "left: the table, right: the program");
    assert_eq!(FUNCTIONS.len(), there.len(), "no function stands there twice");
}

#[tokio::test]
async fn the_table_names_every_page_that_is_not_for_everybody() {
    let options = LeptosOptions::builder().output_name("madang").build();
    let routes = generate_route_list(move || app::shell(options.clone()));
    let closed = |path: &String| ["/my", "/staff", "/seller"].iter().any(|own| path.starts_with(own));
    let there: BTreeSet<String> = routes.iter().map(|route| route.path().to_owned()).filter(closed).collect();
    assert!(there.len() > 20, "{there:?}");
    assert_eq!(names(PAGES, |(name, ..)| name), there, "left: the table, right: the program");
}

#[tokio::test]
async fn the_table_names_every_route_of_the_desk() -> Outcome {
    let shop = domain::Shop::new(PgPool::connect_lazy("postgres://nowhere")?, domain::Policy::default());
    // A router tells its paths to nobody but to who debugs it: each stands in quotes there.
    let told = format!("{:?}", app::desk::routes(shop));
    // The two of its fallback are nobody's.
    let is_path = |word: &&str| word.starts_with('/') && *word != "/" && !word.contains("__private");
    let there: BTreeSet<String> = told.split('"').filter(is_path).map(str::to_owned).collect();
    let desk: Vec<_> = ROUTES.iter().copied().filter(|(name, ..)| *name != COVER).collect();
    let named: BTreeSet<String> = names(&desk, |(name, ..)| name.split_once(' ').map_or(name, |(_, path)| path));
    assert_eq!(named, there, "left: the table, right: the program");
    Ok(())
}

#[tokio::test]
async fn whoever_may_not_is_turned_away_and_changes_nothing() -> Outcome {
    let dir = folder(0o755)?;
    let database = postgres::open(dir.path()).await?;
    let shop = Served::with(dir.path(), &[("DATABASE_URL", &database.url()), NOWHERE.0, NOWHERE.1])?;
    let scene = Scene::set(&database.url()).await?;
    let doors = doors::all();

    let mut wrong = Vec::new();
    // First all who may not: there is nothing that they could change.
    let mut before = scene.books().await?;
    for door in &doors {
        for who in door.refused() {
            let answer = door.try_as(&shop, &scene, who).await?;
            if !door.turns_away(&answer, who) {
                wrong.push(format!("{who:?} at {}: {}", door.name, answer.told()));
            }
            let after = scene.books().await?;
            let changed: Vec<_> = after.iter().filter(|(table, sum)| before.get(*table) != Some(sum)).collect();
            if !changed.is_empty() {
                wrong.push(format!("{who:?} at {} changed {changed:?}", door.name));
            }
            before = after;
        }
    }
    // Then those who may, who are let in.
    for door in &doors {
        for who in door.let_in() {
            let answer = door.try_as(&shop, &scene, who).await?;
            if !door.lets_in(&answer) {
                wrong.push(format!("{who:?} at {} is not let in: {}", door.name, answer.told()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    scene.close().await;
    shop.stop()?;
    Ok(database.close().await?)
}

/// Nobody is nowhere: each line of the table lets somebody in.
#[test]
fn somebody_is_let_in_at_every_door() {
    for door in doors::all() {
        assert!(Door::let_in(&door).any(|who| who != Who::Guest), "{}", door.name);
    }
}
