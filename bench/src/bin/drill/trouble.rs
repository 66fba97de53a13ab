//! What is done to the shop while people shop: kills, and neighbors that misbehave.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use reqwest::Client;
use serde_json::{Value, json};

use crate::{
    Outcome,
    dice::Dice,
    options::Options,
    people::Troupe,
    stage::{Stage, pause},
    step,
};

/// Who misbehaves.
const NEIGHBORS: [&str; 3] = ["gateway", "carrier", "platform"];

/// What happened.
pub(crate) struct Told {
    kills: u32,
    switched: u64,
    placed: u64,
    canceled: u64,
    charged: u64,
    lost: u64,
}

impl fmt::Display for Told {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kills, switched, placed, canceled, charged, lost } = self;
        write!(
            out,
            "{kills} kills, {switched} switches; answered: {placed} orders, {canceled} cancels, {charged} charges; lost: {lost}"
        )
    }
}

/// Lets people shop, kills the shop as often as asked for, and flickers every switch meanwhile.
pub(crate) async fn stir(options: &Options, stage: &mut Stage, mut troupe: Troupe) -> Outcome<Told> {
    step("People shop, the shop is killed, and its neighbors misbehave");
    let shopping = troupe.begin();
    let (sandbox, dice) = (stage.sandbox.clone(), Dice::new(options.seed, 2));
    let switched = Arc::new(AtomicU64::new(0));
    let flickering = tokio::spawn(flicker(sandbox, dice, Arc::clone(&switched)));
    let mut dice = Dice::new(options.seed, 1);
    for number in 1..=options.kills {
        pause(200 + dice.below(2_500)).await;
        let instance = usize::try_from(dice.below(options.instances))?;
        stage.kill(instance).await?;
        // The others go on alone for a while, or nobody does.
        pause(dice.below(500)).await;
        stage.raise(instance).await?;
        eprintln!("    killed {number} of {}", options.kills);
    }
    pause(1_000).await;
    troupe.stop();
    for one in shopping {
        one.await?;
    }
    flickering.abort();
    // It ends because it was told to.
    let _ = flickering.await;
    let client = server::outside::client()?.build()?;
    for neighbor in NEIGHBORS {
        switch(&client, &stage.sandbox, neighbor, &json!({})).await?;
    }
    let count = &troupe.count;
    Ok(Told {
        kills: options.kills,
        switched: switched.load(Relaxed),
        placed: count.placed.load(Relaxed),
        canceled: count.canceled.load(Relaxed),
        charged: count.charged.load(Relaxed),
        lost: count.lost.load(Relaxed),
    })
}

/// Sets the switches of one neighbor after the other; half of the time all is well.
async fn flicker(sandbox: String, mut dice: Dice, switched: Arc<AtomicU64>) {
    let Ok(client) = server::outside::client().map_err(drop).and_then(|client| client.build().map_err(drop)) else {
        return;
    };
    loop {
        if let Some(neighbor) = dice.pick(&NEIGHBORS) {
            let to = if dice.chance(50) { json!({}) } else { drawn(&mut dice) };
            let set = switch(&client, &sandbox, neighbor, &to).await;
            switched.fetch_add(u64::from(set.is_ok()), Relaxed);
        }
        pause(100 + dice.below(700)).await;
    }
}

fn drawn(dice: &mut Dice) -> Value {
    let slow = if dice.chance(40) { dice.below(800) } else { 0 };
    json!({
        "slow": slow, "refuse": dice.chance(15), "fail": dice.chance(25), "timeOut": dice.chance(15),
        "duplicate": dice.chance(50), "reorder": dice.chance(50),
    })
}

async fn switch(client: &Client, sandbox: &str, neighbor: &str, to: &Value) -> Outcome<()> {
    let body = to.to_string();
    let request = client.put(format!("{sandbox}/switches/{neighbor}")).header("content-type", "application/json");
    request.body(body).send().await?.error_for_status()?;
    Ok(())
}
