//! Doors, and what happens to who tries one.

use std::collections::BTreeMap;

use base64::{Engine, prelude::BASE64_STANDARD};
use reqwest::{
    Client, Method, RequestBuilder, StatusCode,
    header::{ACCEPT, CONTENT_TYPE, LOCATION},
};

use url::Url;

use super::{
    scene::Scene,
    table::{ABSENT, COVER, FUNCTIONS, PAGES, QUIET, ROUTES},
};
use crate::process::Served;

/// Who tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Who {
    /// Nobody signed in.
    Guest,
    /// The demo shopper.
    Member,
    /// Another shopper, to whom nothing of the table belongs. Programs alone are tried as them.
    OtherMember,
    /// Sells something else.
    OtherSeller,
    /// The demo seller, whose things the table names.
    Seller,
    /// The demo staff.
    Staff,
}

impl Who {
    /// E-mail address and password.
    pub(super) const fn account(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Guest => None,
            Self::Member => Some(("shopper@madang.example", "shopper-madang")),
            Self::OtherMember => Some(("someone@madang.example", "correct horse")),
            Self::OtherSeller => Some(("other@madang.example", "seller-madang")),
            Self::Seller => Some(("seller@madang.example", "seller-madang")),
            Self::Staff => Some(("staff@madang.example", "staff-madang")),
        }
    }
}

/// Whom a door lets in.
pub(super) type May = &'static [Who];

/// Guests too.
pub(super) const EVERYBODY: May = &[Who::Guest, Who::Member, Who::OtherSeller, Who::Seller, Who::Staff];
/// Who is signed in, each with their own.
pub(super) const MEMBERS: May = &[Who::Member, Who::OtherSeller, Who::Seller, Who::Staff];
/// The shopper whose thing it is.
pub(super) const BUYER: May = &[Who::Member];
/// Who runs the shop, each with their own.
pub(super) const DESK: May = &[Who::OtherSeller, Who::Seller, Who::Staff];
/// The seller whose thing it is, and the staff.
pub(super) const OWN: May = &[Who::Seller, Who::Staff];
/// The seller who did it: nobody goes on with what somebody else has begun, the staff neither.
pub(super) const SELLER: May = &[Who::Seller];
/// Whoever sells, each with their own.
pub(super) const SELLERS: May = &[Who::OtherSeller, Who::Seller];
/// The staff alone.
pub(super) const STAFF: May = &[Who::Staff];

/// Something to try.
pub(super) struct Door {
    /// Its line in the table.
    pub name: String,
    method: Method,
    path: &'static str,
    form: &'static str,
    kind: Kind,
    may: May,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Function,
    Page,
    /// Beside pages and functions: its form comes in parts, a value that begins with `@` as a file.
    Route,
}

/// Every door of the table.
pub(super) fn all() -> Vec<Door> {
    let functions = FUNCTIONS.iter().map(|&(name, may, form)| {
        let own = leptos::server_fn::axum::server_fn_paths().find(|(path, _)| path.trim_start_matches("/fn/") == name);
        let (path, get) = own.map_or((name, false), |(path, method)| (path, method == "GET"));
        let method = if get { Method::GET } else { Method::POST };
        Door { name: name.to_owned(), method, path, form, kind: Kind::Function, may }
    });
    let pages = PAGES.iter().map(|&(name, may, path)| Door {
        name: name.to_owned(),
        method: Method::GET,
        path,
        form: "",
        kind: Kind::Page,
        may,
    });
    let routes = ROUTES.iter().map(|&(name, may, path, form)| {
        let method = if name.starts_with("GET ") { Method::GET } else { Method::POST };
        Door { name: name.to_owned(), method, path, form, kind: Kind::Route, may }
    });
    // Looked at first: functions may take away what is looked at.
    pages.chain(routes).chain(functions).collect()
}

impl Door {
    pub(super) fn let_in(&self) -> impl Iterator<Item = Who> + use<> {
        let may = self.may;
        may.iter().copied()
    }

    pub(super) fn refused(&self) -> impl Iterator<Item = Who> + use<> {
        let may = self.may;
        EVERYBODY.iter().copied().filter(|who| !may.contains(who))
    }

    /// A guest is asked to sign in; for everybody else there is nothing.
    pub(super) fn turns_away(&self, answer: &Answer, who: Who) -> bool {
        let quiet = QUIET.contains(&self.name.as_str()) && !answer.status.is_server_error();
        if who == Who::Guest && self.name != COVER { answer.asks_to_sign_in() } else { quiet || answer.is_not_there() }
    }

    /// Let in; the rules of the shop may still say no to what was asked.
    pub(super) fn lets_in(&self, answer: &Answer) -> bool {
        if ABSENT.contains(&self.name.as_str()) {
            return matches!(answer.status, StatusCode::NOT_FOUND | StatusCode::SERVICE_UNAVAILABLE);
        }
        let ruled = match answer.status.as_u16() {
            400 | 403 | 500 => false,
            // The gateway does not answer.
            503 => answer.body.contains("gateway_unavailable") || answer.body.contains("카드 결제를 할 수 없습니다"),
            _ => true,
        };
        // What everybody may do is done to what is one's own, which a new cart has not.
        let there = self.may == EVERYBODY || !answer.is_not_there();
        ruled && there && !answer.asks_to_sign_in()
    }

    /// Tries it as somebody.
    pub(super) async fn try_as(
        &self,
        shop: &Served,
        scene: &Scene,
        who: Who,
    ) -> Result<Answer, Box<dyn std::error::Error>> {
        // Where everybody is let in, one may come out as somebody else.
        let client = if self.may == EVERYBODY { scene.anew(shop, who).await? } else { scene.client(shop, who).await? };
        let pairs: Vec<(String, String)> = self
            .form
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (scene.filled(name), scene.filled(value)))
            .collect();
        let asked: &[(String, String)] = if self.method == Method::GET { &pairs } else { &[] };
        let url = Url::parse_with_params(&shop.url(&scene.filled(self.path)), asked)?;
        let request = client.request(self.method.clone(), url);
        let request = match self.kind {
            Kind::Page => request.header(ACCEPT, "text/html"),
            Kind::Function | Kind::Route if self.method == Method::GET => request,
            Kind::Function => request.form(&pairs.into_iter().collect::<BTreeMap<_, _>>()),
            Kind::Route => in_parts(request, &pairs),
        };
        let answer = request.send().await?;
        let location = answer.headers().get(LOCATION).and_then(|to| to.to_str().ok()).map(str::to_owned);
        let status = answer.status();
        let body = answer.text().await.unwrap_or_default();
        // A file that was refused goes back to its page, which must not be there either.
        let page = match &location {
            Some(page) if self.kind == Kind::Route && status.is_redirection() => Some(look(&client, shop, page).await?),
            _ => None,
        };
        Ok(Answer { status, location, page, body })
    }
}

async fn look(client: &Client, shop: &Served, page: &str) -> Result<StatusCode, reqwest::Error> {
    Ok(client.get(shop.url(page)).header(ACCEPT, "text/html").send().await?.status())
}

/// The form as a browser sends one that holds a file.
fn in_parts(request: RequestBuilder, pairs: &[(String, String)]) -> RequestBuilder {
    let mut body = Vec::new();
    for (name, value) in pairs {
        let (kind, content) = match value.strip_prefix('@') {
            Some(file) => ("; filename=\"file.csv\"\r\nContent-Type: text/csv", bytes(file)),
            None => ("", value.clone().into_bytes()),
        };
        let head = format!("--part\r\nContent-Disposition: form-data; name=\"{name}\"{kind}\r\n\r\n");
        body.extend([head.as_bytes(), &content, b"\r\n"].concat());
    }
    body.extend(b"--part--\r\n");
    request.header(CONTENT_TYPE, "multipart/form-data; boundary=part").body(body)
}

/// A file, which stands there as it is, or in base64.
fn bytes(file: &str) -> Vec<u8> {
    let written = file.strip_prefix("base64,").map(|file| BASE64_STANDARD.decode(file).unwrap_or_default());
    written.unwrap_or_else(|| file.as_bytes().to_vec())
}

/// What came of it.
pub(super) struct Answer {
    status: StatusCode,
    location: Option<String>,
    /// Of a file that went back to its page: what that page says.
    page: Option<StatusCode>,
    body: String,
}

impl Answer {
    fn asks_to_sign_in(&self) -> bool {
        let to_sign_in = self.location.as_ref().is_some_and(|to| to.starts_with("/login"));
        self.status == StatusCode::UNAUTHORIZED || to_sign_in
    }

    fn is_not_there(&self) -> bool {
        self.status == StatusCode::NOT_FOUND || self.page == Some(StatusCode::NOT_FOUND)
    }

    pub(super) fn told(&self) -> String {
        let body: String = self.body.chars().take(200).collect();
        format!("{} {:?} {:?} {body}", self.status, self.location, self.page)
    }
}
