//! The form of a new campaign.

use contract::{Failure, coupon::CampaignForm, when::kst_field};
use domain::{coupon, product};
use leptos::prelude::*;
use time::Duration;
use uuid::Uuid;

use super::{Choice, Tabs, campaign_preview::Preview, staff};
use crate::{
    context::{shop, visitor},
    form::{Field, Returned, Sent, answer, returned, show_again},
    page::{Head, page},
    text::{Locale, t},
    words,
};

/// The page, and the name of its form.
const PAGE: &str = "/staff/coupons/new";
const FORM: &str = "staff/coupon-new";

/// Begins a campaign, or shows first what it would do.
#[server(prefix = "/fn", endpoint = "staff/coupon-new")]
async fn create_campaign(
    #[server(default)] key: String,
    #[server(default)] form: CampaignForm,
    #[server(default)] preview: String,
) -> Result<(), Failure> {
    if !preview.is_empty() {
        let checked = async { Ok::<_, Failure>(coupon::check(&shop()?, &staff()?, &form).await?) };
        return match checked.await {
            Ok(_) => show_again(Sent { form: FORM, page: "/staff/coupons/new#preview", fields: &typed(&form) }).await,
            Err(failure) => answer(Sent { form: FORM, page: PAGE, fields: &typed(&form) }, Err(failure)).await,
        };
    }
    let outcome = async {
        let staff = staff()?;
        let key = Uuid::parse_str(&key).map_err(|_| Failure::BadRequest)?;
        let id = coupon::create(&shop()?, &staff, key, &form).await?;
        Ok(format!("/staff/coupons/{id}?created=1"))
    };
    let outcome = outcome.await;
    answer(Sent { form: FORM, page: PAGE, fields: &typed(&form) }, outcome).await
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

/// The form as it was sent to be shown again; `None` where it was not, or came back refused.
fn shown(form: &Returned) -> Option<CampaignForm> {
    form.typed("name").filter(|_| form.failure().is_none())?;
    let typed = |field: &str| form.value(field, "");
    Some(CampaignForm {
        name: typed("name"),
        discount_kind: typed("discount_kind"),
        discount_value: typed("discount_value"),
        max_discount: typed("max_discount"),
        min_order: typed("min_order"),
        products: typed("products"),
        categories: typed("categories"),
        quantity: typed("quantity"),
        starts_at: typed("starts_at"),
        ends_at: typed("ends_at"),
        valid_days: typed("valid_days"),
        per_member: typed("per_member"),
        issue_mode: typed("issue_mode"),
        code: typed("code"),
    })
}

/// The page of the form. It proposes a month from now on.
#[component]
pub(crate) fn NewCampaignPage() -> impl IntoView {
    page(async move {
        let shop = shop()?;
        let staff = staff()?;
        let english = visitor().locale == Locale::En;
        let names = product::categories(&shop).await?.into_iter().map(|category| {
            format!("{} {}", category.category_id, if english { category.name_en } else { category.name_ko })
        });
        let categories = names.collect::<Vec<_>>().join(", ");
        let (now, form) = (shop.now(), returned(FORM));
        let (start, end) = (kst_field(now), kst_field(now + Duration::days(30)));
        let kinds = vec![("percent", t!("discount-percent")), ("amount", t!("discount-amount"))];
        let modes = ["download", "code", "staff", "sign_up"];
        let modes = modes.into_iter().filter_map(|word| Some((word, words::issue_mode(words::read(word)?)))).collect();
        let preview = match shown(&form) {
            Some(form) => {
                let new = coupon::check(&shop, &staff, &form).await?;
                let affected = coupon::affected(&shop, &staff, &new.terms).await?;
                Some(view! { <Preview affected terms=new.terms /> })
            }
            None => None,
        };
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
                <div class="actions">
                    <button class="button" name="preview" value="1">{t!("offer-preview")}</button>
                    <button class="button primary">{t!("create-campaign")}</button>
                </div>
            </form>
            {preview}
        }
        .into_any())
    })
}
