//! The sandbox: what it must do for its word to count when it stands in for the world.

mod gateway;
mod process;
mod switches;
mod webhooks;

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::{Value, json};

pub(crate) use process::{Failed, Sandbox};

use crate::support::Outcome;

/// A card that pays.
const CARD: &str = "4330 1234 1234 1234";

#[tokio::test]
async fn an_address_that_is_taken_is_told_in_one_sentence() -> Outcome {
    let first = Sandbox::start(&[])?;
    let second = process::sandbox().env("SANDBOX_ADDR", first.address()).output()?;
    let said = String::from_utf8(second.stderr)?;
    assert!(!second.status.success());
    assert!(said.starts_with("sandbox: SANDBOX_ADDR ") && said.trim_end().lines().count() == 1, "{said}");
    Ok(())
}

#[tokio::test]
async fn it_stops_at_once_whatever_is_open() -> Outcome {
    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        let mut sandbox = Sandbox::start(&[])?;
        sandbox.switch("gateway", &json!({ "timeOut": true })).await?;
        let held = sandbox.client().get(sandbox.url("/v1/payments/x")).basic_auth(process::SECRET, Some("")).send();
        let held = tokio::spawn(held);
        sandbox.received("gateway").await?;
        assert!(!held.is_finished(), "somebody waits");
        kill(Pid::from_raw(sandbox.child.id().try_into()?), signal)?;
        assert!(sandbox.child.wait()?.success());
        held.abort();
    }
    Ok(())
}

#[tokio::test]
async fn whoever_is_told_that_it_is_open_can_stop_it() -> Outcome {
    for signal in [Signal::SIGINT, Signal::SIGTERM].into_iter().cycle().take(20) {
        let mut sandbox = Sandbox::start(&[])?;
        kill(Pid::from_raw(sandbox.child.id().try_into()?), signal)?;
        assert!(sandbox.child.wait()?.success(), "{signal} killed it");
    }
    Ok(())
}

#[tokio::test]
async fn its_page_shows_what_came_and_sets_the_switches() -> Outcome {
    let sandbox = Sandbox::start(&[])?;
    sandbox.open("order <1>", 12_600).await?;
    let form = [("slow", "5"), ("timeOut", "on")];
    let set = sandbox.client().post(sandbox.url("/switches/carrier")).form(&form).send().await?;
    assert_eq!(set.status().as_u16(), 303);
    let page = sandbox.client().get(sandbox.url("/")).send().await?.text().await?;
    assert!(page.contains("12,600원") && page.contains("order &lt;1&gt;"));
    assert!(page.contains(r#"name="timeOut" checked"#) && page.contains(r#"value="5""#));
    let all: Value = sandbox.client().get(sandbox.url("/switches")).send().await?.json().await?;
    let off = json!({
        "slow": 0, "refuse": false, "fail": false, "timeOut": false, "duplicate": false, "reorder": false,
    });
    assert_eq!((&all["gateway"], &all["carrier"]["timeOut"]), (&off, &json!(true)));
    assert_eq!(sandbox.client().post(sandbox.url("/reset")).send().await?.status().as_u16(), 204);
    assert_eq!(sandbox.received("gateway").await?, json!({ "payments": [], "webhooks": [] }));
    Ok(())
}

#[tokio::test]
async fn a_batch_of_events_is_taken_as_a_whole_or_not_at_all() -> Outcome {
    let sandbox = Sandbox::start(&[])?;
    let event = |id: &str| json!({ "specversion": "1.0", "id": id, "source": "s", "type": "t", "subject": "o" });
    let send = async |kind: &str, batch: Value| -> Result<u16, Failed> {
        let request = sandbox.client().post(sandbox.url("/platform/events")).header("content-type", kind);
        Ok(request.body(batch.to_string()).send().await?.status().as_u16())
    };
    let batch = "application/cloudevents-batch+json; charset=utf-8";
    assert_eq!(send(batch, json!([event("1"), event("2")])).await?, 202);
    assert_eq!(send("application/json", json!([event("3")])).await?, 415);
    assert_eq!(send(batch, event("3")).await?, 400);
    for missing in ["specversion", "id", "source", "type"] {
        let mut wrong = event("4");
        wrong[missing] = json!("");
        assert_eq!(send(batch, json!([event("3"), wrong])).await?, 422, "{missing}");
    }
    assert_eq!(send(batch, json!([event("2")])).await?, 202);
    let events = sandbox.received("platform").await?;
    let ids = events["events"].as_array().ok_or("no list")?.iter().map(|event| &event["id"]);
    assert_eq!(ids.collect::<Vec<_>>(), ["1", "2", "2"]);
    Ok(())
}
