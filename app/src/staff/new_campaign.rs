//! The form of a new campaign.

use contract::{Failure, coupon::CampaignForm, when::kst_field};
use domain::{coupon, product};
use leptos::prelude::*;
use time::Duration;
use uuid::Uuid;

use super::{Choice, Tabs, staff};
use crate::{
    context::{shop, visitor},
    form::{Field, Sent, answer, returned},
    page::{Head, page},
    text::{Locale, t},
    words,
};

/// Begins a campaign.
#[server(prefix = "/fn", endpoint = "staff/coupon-new")]
async fn create_campaign(#[server(default)] key: String, #[server(default)] form: CampaignForm) -> Result<(), Failure> {
    let outcome = async {
        let staff = staff()?;
        let key = Uuid::parse_str(&key).map_err(|_| Failure::BadRequest)?;
        let id = coupon::create(&shop()?, &staff, key, &form).await?;
        Ok(format!("/staff/coupons/{id}?created=1"))
    };
    let outcome = outcome.await;
    answer(Sent { form: "staff/coupon-new", page: "/staff/coupons/new", fields: &typed(&form) }, outcome).await
}

/// What was typed, by the fields' names on the page.
fn typed(form: &CampaignForm) -> [(&str, &str); 14] {
    [
        ("name", &form.name),
        ("discount_kind", &form.discount_kind),
        ("discount_value", &form.discount_value),
        ("max_discount", &form.max_discount),
        ("min_order", &form.min_order),
        ("products", &form.products),
        ("categories", &form.categories),
        ("quantity", &form.quantity),
        ("starts_at", &form.starts_at),
        ("ends_at", &form.ends_at),
        ("valid_days", &form.valid_days),
        ("per_member", &form.per_member),
        ("issue_mode", &form.issue_mode),
        ("code", &form.code),
    ]
}

/// The page of the form. It proposes a month from now on.
#[component]
pub(crate) fn NewCampaignPage() -> impl IntoView {
    page(async move {
        let shop = shop()?;
        staff()?;
        let english = visitor().locale == Locale::En;
        let names = product::categories(&shop).await?.into_iter().map(|category| {
            format!("{} {}", category.category_id, if english { category.name_en } else { category.name_ko })
        });
        let categories = names.collect::<Vec<_>>().join(", ");
        let (now, form) = (shop.now(), returned("staff/coupon-new"));
        let (start, end) = (kst_field(now), kst_field(now + Duration::days(30)));
        let kinds = vec![("percent", t!("discount-percent")), ("amount", t!("discount-amount"))];
        let modes = ["download", "code", "staff", "sign_up"];
        let modes = modes.into_iter().filter_map(|word| Some((word, words::issue_mode(words::read(word)?)))).collect();
        let field = move || form.clone();
        Ok(view! {
            <Head title=t!("new-campaign") private=true />
            <h1>{t!("new-campaign")}</h1>
            <Tabs />
            {field().summary()}
            <form class="panel sheet" action="/fn/staff/coupon-new" method="post">
                <input type="hidden" name="key" value=Uuid::now_v7().to_string() />
                <fieldset>
                    <legend>{t!("campaign-benefit")}</legend>
                    <Field name="name" wire="form[name]" label=t!("name") form=field() required=true hint=t!("campaign-name-hint") />
                    <Choice name="discount_kind" wire="form[discount_kind]" label=t!("discount-kind") form=field() value="percent" options=kinds />
                    <Field name="discount_value" wire="form[discount_value]" label=t!("discount-value") form=field() inputmode="numeric" required=true hint=t!("discount-value-hint") />
                    <Field name="max_discount" wire="form[max_discount]" label=t!("max-discount") form=field() inputmode="numeric" hint=t!("max-discount-hint") />
                </fieldset>
                <fieldset>
                    <legend>{t!("campaign-scope")}</legend>
                    <Field name="min_order" wire="form[min_order]" label=t!("min-order") form=field() inputmode="numeric" hint=t!("min-order-hint") />
                    <Field name="products" wire="form[products]" label=t!("scope-products") form=field() hint=t!("scope-products-hint") />
                    <Field name="categories" wire="form[categories]" label=t!("scope-categories") form=field() hint=t!("scope-categories-hint", names = categories) />
                </fieldset>
                <fieldset>
                    <legend>{t!("campaign-issue")}</legend>
                    <Choice name="issue_mode" wire="form[issue_mode]" label=t!("issue-mode") form=field() value="download" options=modes />
                    <Field name="code" wire="form[code]" label=t!("coupon-code") form=field() hint=t!("campaign-code-hint") />
                    <Field name="quantity" wire="form[quantity]" label=t!("quantity") form=field() inputmode="numeric" hint=t!("campaign-quantity-hint") />
                    <Field name="per_member" wire="form[per_member]" label=t!("per-member") form=field() value="1" inputmode="numeric" required=true />
                </fieldset>
                <fieldset>
                    <legend>{t!("campaign-window")}</legend>
                    <Field name="starts_at" wire="form[starts_at]" label=t!("starts-at") form=field() value=start kind="datetime-local" required=true hint=t!("korean-time") />
                    <Field name="ends_at" wire="form[ends_at]" label=t!("ends-at") form=field() value=end kind="datetime-local" required=true hint=t!("korean-time") />
                    <Field name="valid_days" wire="form[valid_days]" label=t!("valid-days") form=field() value="30" inputmode="numeric" required=true hint=t!("valid-days-hint") />
                </fieldset>
                <button class="button primary">{t!("create-campaign")}</button>
            </form>
        }
        .into_any())
    })
}
