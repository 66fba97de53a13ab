//! Another seller, and members to whom the staff may do anything.

use domain::{
    Shop,
    application::{self, ApplicationForm},
    member::{self, NewToken, Shopper, SignUp},
};

use super::{Cast, Result, Things};
use crate::support::another_seller;

pub(super) async fn things(cast: &Cast) -> Result<Things> {
    let shop = &cast.shop;
    another_seller(&shop.db).await?;
    let someone = sign_up(shop, "someone@madang.example").await?.id();
    let applicant = someone_who_applies(shop, "1248100998", "applicant@madang.example").await?;
    let refused = someone_who_applies(shop, "2208162517", "refused@madang.example").await?;
    let notification = sqlx::query_scalar::<_, i64>(
        "insert into notification (member_id, kind, payload, event_id, created_at)
         values ($1, 'restocked', '{\"product\": 1, \"title\": \"책\"}', -1, now()) returning notification_id",
    );
    let notification = notification.bind(cast.shopper.id()).fetch_one(&shop.db).await?;
    let token = member::issue(shop, &cast.shopper, &NewToken::default()).await?.id;
    Ok(Things::from([
        ("shopper", cast.shopper.id().to_string()),
        ("token", token.to_string()),
        ("member", someone.to_string()),
        ("application", applicant.to_string()),
        ("other-application", refused.to_string()),
        ("notification", notification.to_string()),
    ]))
}

async fn sign_up(shop: &Shop, email: &str) -> Result<Shopper> {
    let password = "correct horse".to_owned();
    let form = SignUp {
        email: email.to_owned(),
        password: password.clone(),
        password_again: password,
        name: "정회원".to_owned(),
        phone: String::new(),
    };
    Ok(member::sign_up(shop, form).await?)
}

/// The application of a member of its own.
async fn someone_who_applies(shop: &Shop, number: &str, email: &str) -> Result<i64> {
    let by = sign_up(shop, email).await?;
    let form = ApplicationForm {
        shop_name: "정서점".to_owned(),
        business_number: number.to_owned(),
        phone: "02-123-4567".to_owned(),
        introduction: "헌책".to_owned(),
    };
    application::apply(shop, &by, &form).await?;
    Ok(application::latest(shop, &by).await?.ok_or("no application")?.id)
}
