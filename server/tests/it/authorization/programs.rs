//! Operations as programs try them, by tokens of every scope and by the session of a browser.

use std::collections::{BTreeMap, BTreeSet};

use domain::member::{self, Staff};
use reqwest::{
    Method, StatusCode,
    header::{CONTENT_TYPE, ETAG, HeaderValue, IF_MATCH},
};
use serde_json::{Value, json};
use server::postgres;
use uuid::Uuid;

use super::{
    doors::{May, Who},
    operations::{DOORS, EVERYBODY, HIDDEN, OPERATIONS},
    scene::Scene,
};
use crate::{
    process::Served,
    support::{Outcome, folder},
};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// A gateway that does not answer, and no limit that gets into the way.
const SETTINGS: [(&str, &str); 4] = [
    ("MADANG_GATEWAY_URL", "http://127.0.0.1:9"),
    ("MADANG_GATEWAY_SECRET", "test_sk_nobody"),
    ("MADANG_API_BURST", "100000"),
    ("MADANG_API_LOGINS_PER_MINUTE", "100000"),
];

/// A line of the table, with what the document says of it.
struct Operation {
    name: &'static str,
    may: May,
    address: &'static str,
    body: &'static str,
    described: Value,
}

/// What came of it.
struct Answer {
    status: StatusCode,
    code: String,
    body: Value,
}

/// Whoever has a token of their own, or none, or comes with the session of a browser.
#[derive(Clone, Copy)]
enum Proof<'a> {
    Token(Option<&'a str>),
    Session(Who),
}

/// What the document says of each operation.
fn described() -> BTreeMap<String, Value> {
    let document = json!(server::api::document());
    let paths = document["paths"].as_object().into_iter().flatten();
    paths
        .flat_map(|(path, methods)| {
            let methods = methods.as_object().into_iter().flatten();
            methods.map(move |(method, one)| (format!("{} {path}", method.to_uppercase()), one.clone()))
        })
        .collect()
}

/// Every operation of the table.
fn all() -> Vec<Operation> {
    let mut described = described();
    let line = |&(name, may, address, body)| {
        let described = described.remove(name).unwrap_or_default();
        Operation { name, may, address, body, described }
    };
    OPERATIONS.iter().map(line).collect()
}

/// How far a role reaches: shoppers, sellers, the staff.
const fn reach(who: Who) -> u8 {
    match who {
        Who::Guest | Who::Member | Who::OtherMember => 0,
        Who::OtherSeller | Who::Seller => 1,
        Who::Staff => 2,
    }
}

impl Operation {
    fn refused(&self) -> impl Iterator<Item = Who> + use<> {
        let may = self.may;
        EVERYBODY.iter().copied().filter(|who| !may.contains(who))
    }

    fn method(&self) -> Result<Method> {
        Ok(self.name.split(' ').next().unwrap_or_default().parse()?)
    }

    /// How far the scope of a token must reach at least.
    fn needs(&self) -> u8 {
        self.may.iter().copied().map(reach).min().unwrap_or_default()
    }

    fn is_documented(&self, status: StatusCode) -> bool {
        self.described["responses"].get(status.as_str()).is_some()
    }

    /// Turned away with the word for it.
    fn turns_away(&self, answer: &Answer, who: Who) -> bool {
        let hidden = HIDDEN.iter().find(|(name, _)| *name == self.name).map_or("not_found", |(_, code)| code);
        let expected = match who {
            Who::Guest => "sign_in_required",
            _ if reach(who) < self.needs() => "scope_required",
            _ => hidden,
        };
        // What sellers alone may is not for the staff, whoever's it is.
        let staff = who == Who::Staff && answer.code == "scope_required";
        (answer.code == expected || staff) && self.is_documented(answer.status)
    }

    /// Let in; the rules of the shop may still say no to what was asked, but not to how.
    fn lets_in(&self, answer: &Answer) -> bool {
        let ruled = match answer.status.as_u16() {
            200..300 | 402 | 409 => true,
            // What everybody may do is done to what is one's own, which a new cart has not.
            404 => self.may.contains(&Who::Guest),
            422 => answer.code != "invalid",
            503 => answer.code == "gateway_unavailable",
            _ => false,
        };
        ruled && self.is_documented(answer.status)
    }

    /// Tries it with a proof of who asks.
    async fn try_with(&self, shop: &Served, scene: &Scene, proof: Proof<'_>) -> Result<Answer> {
        let url = shop.url(&scene.filled(self.address));
        let client = match proof {
            Proof::Token(_) => server::outside::client()?.build()?,
            Proof::Session(who) => scene.client(shop, who).await?,
        };
        let mut request = client.request(self.method()?, &url);
        if let Proof::Token(Some(token)) = proof {
            request = request.bearer_auth(token);
        }
        if self.method()? != Method::GET {
            request = request.header("idempotency-key", Uuid::now_v7().to_string());
        }
        if self.takes_version() {
            request = request.header(IF_MATCH, version(shop, scene, &url).await?);
        }
        if !self.body.is_empty() {
            request = request.header(CONTENT_TYPE, "application/json").body(scene.filled(self.body));
        }
        let answer = request.send().await?;
        let status = answer.status();
        let body: Value = serde_json::from_slice(&answer.bytes().await?).unwrap_or_default();
        let code = body["code"].as_str().unwrap_or_default().to_owned();
        Ok(Answer { status, code, body })
    }

    /// Tries it as somebody by a token of their role, or with none.
    async fn try_as(&self, shop: &Served, scene: &Scene, who: Who) -> Result<Answer> {
        let token = token(shop, who).await?;
        self.try_with(shop, scene, Proof::Token(token.as_deref())).await
    }

    fn takes_version(&self) -> bool {
        let parameters = self.described["parameters"].as_array().into_iter().flatten();
        parameters.into_iter().any(|one| one["in"] == "header" && one["name"] == "If-Match")
    }
}

impl Answer {
    fn told(&self) -> String {
        format!("{} {}", self.status, self.body.to_string().chars().take(300).collect::<String>())
    }
}

/// As what an address stands there now, read as the demo seller.
async fn version(shop: &Served, scene: &Scene, url: &str) -> Result<HeaderValue> {
    let answer = scene.client(shop, Who::Seller).await?.get(url).send().await?;
    Ok(answer.headers().get(ETAG).cloned().ok_or_else(|| format!("{url} has no ETag"))?)
}

/// A new token of somebody, of the scope of their role.
async fn token(shop: &Served, who: Who) -> Result<Option<String>> {
    let scope = match reach(who) {
        0 => "shopper",
        1 => "seller",
        _ => "staff",
    };
    let Some((email, password)) = who.account() else { return Ok(None) };
    let answer = sign_in(shop, email, password, scope).await?;
    Ok(Some(answer["token"].as_str().ok_or_else(|| format!("{who:?} signs in: {answer}"))?.to_owned()))
}

async fn sign_in(shop: &Served, email: &str, password: &str, scope: &str) -> Result<Value> {
    let login = json!({ "email": email, "password": password, "scope": scope });
    let answer = server::outside::client()?.build()?.post(shop.url("/member/login")).json(&login).send().await?;
    Ok(answer.json().await?)
}

#[test]
fn the_table_names_every_operation() {
    let there: BTreeSet<String> = described().into_keys().collect();
    let named: BTreeSet<String> = OPERATIONS.iter().map(|(name, ..)| (*name).to_owned()).collect();
    assert!(there.contains("POST /member/login"), "{there:?}");
    assert_eq!(named, there, "left: the table, right: the document");
    assert_eq!(OPERATIONS.len(), there.len(), "no operation stands there twice");
    let unknown: Vec<_> = HIDDEN.iter().filter(|(name, _)| !there.contains(*name)).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

#[test]
fn the_document_says_where_nobody_needs_to_be_signed_in() {
    for operation in all() {
        let ways = operation.described["security"].as_array().into_iter().flatten();
        let open = ways.into_iter().any(|way| way.as_object().is_some_and(serde_json::Map::is_empty));
        assert_eq!(open, operation.may.contains(&Who::Guest), "{}", operation.name);
    }
}

#[tokio::test]
async fn a_program_that_may_not_is_turned_away_and_changes_nothing() -> Outcome {
    let dir = folder(0o755)?;
    let database = postgres::open(dir.path()).await?;
    let url = database.url();
    let settings: Vec<_> = [("DATABASE_URL", url.as_str())].into_iter().chain(SETTINGS).collect();
    let shop = Served::with(dir.path(), &settings)?;
    let scene = Scene::set(&url).await?;
    let operations = all();
    let mut tokens = BTreeMap::new();
    for who in EVERYBODY {
        tokens.insert(*who, token(&shop, *who).await?);
    }

    let mut wrong = Vec::new();
    let mut before = scene.books().await?;
    for operation in &operations {
        for who in operation.refused() {
            let token = tokens.get(&who).and_then(Option::as_deref);
            for (way, proof) in [("a token", Proof::Token(token)), ("a session", Proof::Session(who))] {
                let answer = operation.try_with(&shop, &scene, proof).await?;
                if !operation.turns_away(&answer, who) {
                    wrong.push(format!("{who:?} with {way} at {}: {}", operation.name, answer.told()));
                }
            }
        }
        let after = scene.books().await?;
        let changed: Vec<_> = after.iter().filter(|(table, sum)| before.get(*table) != Some(sum)).collect();
        if !changed.is_empty() {
            wrong.push(format!("who may not at {} changed {changed:?}", operation.name));
        }
        before = after;
    }
    for operation in &operations {
        for who in operation.may.iter().copied() {
            let mut answers = vec![operation.try_as(&shop, &scene, who).await?];
            // What is only read is read by a session too.
            if operation.method()? == Method::GET {
                answers.push(operation.try_with(&shop, &scene, Proof::Session(who)).await?);
            }
            for answer in answers.iter().filter(|answer| !operation.lets_in(answer)) {
                wrong.push(format!("{who:?} at {} is not let in: {}", operation.name, answer.told()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    scene.close().await;
    shop.stop()?;
    Ok(database.close().await?)
}

#[tokio::test]
async fn a_token_is_worth_no_more_than_its_scope_and_its_member() -> Outcome {
    let dir = folder(0o755)?;
    let database = postgres::open(dir.path()).await?;
    let url = database.url();
    let settings: Vec<_> = [("DATABASE_URL", url.as_str())].into_iter().chain(SETTINGS).collect();
    let shop = Served::with(dir.path(), &settings)?;
    let scene = Scene::set(&url).await?;
    let rules = scene.shop();
    let lesser = sign_in(&shop, "staff@madang.example", "staff-madang", "shopper").await?;
    assert_eq!(lesser["member"]["role"], "shopper");
    let blocked = sign_in(&shop, "refused@madang.example", "correct horse", "shopper").await?;
    let renewed = sign_in(&shop, "applicant@madang.example", "correct horse", "shopper").await?;
    let staff = Staff::of(&member::sign_in(&rules, "staff@madang.example", "staff-madang").await?)?;
    let id = blocked["member"]["id"].as_i64().ok_or("no id")?;
    member::block(&rules, &staff, &[id], "도용").await?;
    let by = member::sign_in(&rules, "applicant@madang.example", "correct horse").await?;
    member::change_password(&rules, &by, "correct horse", "another horse", "another horse").await?;

    let before = scene.books().await?;
    let mut wrong = Vec::new();
    for operation in all().into_iter().filter(|operation| !DOORS.contains(&operation.name)) {
        if operation.needs() > 0 {
            let answer = operation.try_with(&shop, &scene, Proof::Token(lesser["token"].as_str())).await?;
            if answer.code != "scope_required" {
                wrong.push(format!("a token of a lesser scope at {}: {}", operation.name, answer.told()));
            }
        }
        // Where everybody may, too, but where one signs in: a program must not take itself for somebody who is not signed in.
        for dead in [&blocked, &renewed] {
            let answer = operation.try_with(&shop, &scene, Proof::Token(dead["token"].as_str())).await?;
            if answer.code != "sign_in_required" {
                wrong.push(format!("a token that ended at {}: {}", operation.name, answer.told()));
            }
        }
    }
    assert_eq!(scene.books().await?, before);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    scene.close().await;
    shop.stop()?;
    Ok(database.close().await?)
}
