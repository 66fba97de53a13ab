//! What the adapter says when the gateway does not do what it should.

use std::time::Duration;

use axum::{
    Router,
    http::{StatusCode, header},
    response::IntoResponse,
};
use tokio::{io::AsyncReadExt, net::TcpListener};

use super::*;

/// What a charge, a look-up and the like answer, one after the other.
async fn all_unanswered(gateway: &Toss) -> Vec<Option<String>> {
    let (payment, token) = (Uuid::now_v7(), "billing_a_secret");
    vec![
        unanswered(gateway.open(payment, 1_000, "책", &back()).await),
        unanswered(gateway.confirm("key", payment, 1_000).await),
        unanswered(gateway.charge(token, Uuid::new_v4(), payment, 1_000, "책").await),
        unanswered(gateway.find(payment).await),
        unanswered(gateway.cancel("key", Uuid::now_v7(), 1_000, "refund").await),
        unanswered(gateway.register(Uuid::new_v4(), "word").await),
        unanswered(gateway.forget(token).await),
    ]
}

async fn assert_unanswered(gateway: &Toss, at: &str) {
    let told = all_unanswered(gateway).await;
    assert!(told.iter().all(Option::is_some), "{at}: {told:?}");
    assert!(!format!("{told:?}").contains("secret"), "{at}: {told:?}");
}

/// A gateway that always gives this answer.
async fn always(answer: impl IntoResponse + Clone + Send + Sync + 'static) -> Result<Toss, Failed> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let base: Url = format!("http://{}", listener.local_addr()?).parse()?;
    let router = Router::new().fallback(move || std::future::ready(answer.clone()));
    tokio::spawn(axum::serve(listener, router).into_future());
    Ok(Toss::new(&base, SECRET)?)
}

#[tokio::test]
async fn a_gateway_that_fails_leaves_everything_open_and_does_it_when_asked_again() -> Outcome {
    let it = Neighbor::start()?;
    let (payment, key) = it.agree(20_000, GOOD).await?;
    let me = Uuid::new_v4();
    let card = it.register(me, GOOD).await?;
    let paid = it.pay(20_000).await?;
    let (direct, cancel) = (Uuid::now_v7(), Uuid::now_v7());
    it.switch(json!({ "fail": true })).await?;
    assert_unanswered(&it.gateway, "failing").await;
    assert!(unanswered(it.gateway.confirm(&key, payment, 20_000).await).is_some());
    assert!(unanswered(it.gateway.charge(&card.token, me, direct, 20_000, "책").await).is_some());
    assert!(unanswered(it.gateway.cancel(&paid.key, cancel, 20_000, "refund").await).is_some());
    it.switch(json!({})).await?;
    assert_eq!(it.gateway.confirm(&key, payment, 20_000).await?.status, ChargeStatus::Done);
    assert_eq!(it.gateway.charge(&card.token, me, direct, 20_000, "책").await?.status, ChargeStatus::Done);
    assert_eq!(it.gateway.cancel(&paid.key, cancel, 20_000, "refund").await?.balance, 0);
    Ok(())
}

#[tokio::test]
async fn what_was_done_without_an_answer_is_found_and_not_done_again() -> Outcome {
    let it = Neighbor::start()?;
    let (payment, key) = it.agree(20_000, GOOD).await?;
    let paid = it.pay(20_000).await?;
    let cancel = Uuid::now_v7();
    it.switch(json!({ "timeOut": true })).await?;
    let (confirmed, canceled) =
        tokio::join!(it.gateway.confirm(&key, payment, 20_000), it.gateway.cancel(&paid.key, cancel, 5_000, "refund"),);
    assert_eq!(unanswered(confirmed).as_deref(), Some("no answer in time"));
    assert_eq!(unanswered(canceled).as_deref(), Some("no answer in time"));
    it.switch(json!({})).await?;
    assert_eq!(it.found(payment).await?.status, ChargeStatus::Done);
    assert_eq!(it.gateway.confirm(&key, payment, 20_000).await?.balance, 20_000);
    assert_eq!(it.gateway.cancel(&paid.key, cancel, 5_000, "refund").await?.balance, 15_000);
    assert_eq!(it.found(paid.payment).await?.balance, 15_000);
    Ok(())
}

#[tokio::test]
async fn of_two_who_ask_at_once_one_is_answered_and_the_money_is_taken_once() -> Outcome {
    let it = Neighbor::start()?;
    let (payment, key) = it.agree(20_000, GOOD).await?;
    it.switch(json!({ "slow": 1_000 })).await?;
    let (one, other) =
        tokio::join!(it.gateway.confirm(&key, payment, 20_000), it.gateway.confirm(&key, payment, 20_000));
    let busy = [&one, &other].iter().filter(|told| matches!(told, Err(Denial::Unanswered(_)))).count();
    assert!(one.is_ok() || other.is_ok(), "{one:?} {other:?}");
    assert_eq!(busy, 1, "{one:?} {other:?}");
    Ok(())
}

#[tokio::test]
async fn a_wrong_secret_is_no_refused_card() -> Outcome {
    let it = Neighbor::start()?;
    let stranger = Toss::new(&it.sandbox.url("").parse()?, "test_sk_secret_of_another")?;
    assert_unanswered(&stranger, "a wrong secret").await;
    Ok(())
}

#[tokio::test]
async fn nobody_there_is_no_answer() -> Outcome {
    let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let gateway = Toss::new(&format!("http://127.0.0.1:{port}").parse()?, SECRET)?;
    assert_eq!(all_unanswered(&gateway).await, vec![Some("no connection".to_owned()); 7]);
    Ok(())
}

#[tokio::test]
async fn an_answer_that_makes_no_sense_is_none() -> Outcome {
    let page = (StatusCode::OK, "<html>Welcome to the guest network</html>");
    let gateway = always(page).await?;
    let told = all_unanswered(&gateway).await;
    // What the gateway was made to forget has no body.
    assert!(told.iter().take(6).all(Option::is_some), "{told:?}");
    for status in [400, 401, 403, 404, 407, 413, 500, 502, 503, 504] {
        let status = StatusCode::from_u16(status)?;
        assert_unanswered(&always((status, "<html>no</html>")).await?, status.as_str()).await;
    }
    let elsewhere = always((StatusCode::FOUND, [(header::LOCATION, "http://127.0.0.1:1/")], "")).await?;
    assert_unanswered(&elsewhere, "a redirect").await;
    for code in ["TOO_MANY_REQUESTS", "FORBIDDEN_CONSECUTIVE_REQUEST"] {
        let body = json!({ "code": code, "message": "" }).to_string();
        assert_unanswered(&always((StatusCode::TOO_MANY_REQUESTS, body)).await?, code).await;
    }
    Ok(())
}

#[tokio::test]
async fn a_connection_that_breaks_halfway_is_no_answer() -> Outcome {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let gateway = Toss::new(&format!("http://{}", listener.local_addr()?).parse()?, SECRET)?;
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut asked = [0; 64];
            let _ = stream.read(&mut asked).await;
        }
    });
    let told = tokio::time::timeout(Duration::from_secs(30), all_unanswered(&gateway)).await?;
    assert!(told.iter().all(Option::is_some), "{told:?}");
    Ok(())
}
