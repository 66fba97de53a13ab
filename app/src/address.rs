//! Delivery addresses of the member.

use contract::{
    Failure,
    address::{Address, AddressForm, AddressId},
    member::print_phone,
};
use domain::address::{self, KeptAddress};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::{
    account::Tabs,
    context::{shop, shopper},
    form::{Field, Returned, Sent, answer, returned},
    page::{Empty, Head, page},
    text::t,
};

/// The page of the list.
const LIST: &str = "/my/addresses";

/// Keeps a new address.
#[server(prefix = "/fn", endpoint = "address/add")]
async fn add_address(#[server(default)] form: AddressForm) -> Result<(), Failure> {
    let outcome = async {
        address::add(&shop()?, &shopper()?, &Address::try_from(&form)?).await?;
        Ok(LIST.to_owned())
    };
    let outcome = outcome.await;
    answer(Sent { form: "address/new", page: "/my/addresses/new", fields: &typed(&form) }, outcome).await
}

/// Edits an address.
#[server(prefix = "/fn", endpoint = "address/edit")]
async fn edit_address(#[server(default)] id: String, #[server(default)] form: AddressForm) -> Result<(), Failure> {
    let outcome = async {
        address::edit(&shop()?, &shopper()?, parse_id(&id)?, &Address::try_from(&form)?).await?;
        Ok(LIST.to_owned())
    };
    let outcome = outcome.await;
    if outcome == Err(Failure::NotFound) {
        // Its page would be missing too.
        return answer(Sent { form: "address/list", page: LIST, fields: &[] }, outcome).await;
    }
    let page = format!("{LIST}/{id}");
    answer(Sent { form: &edit_form(&id), page: &page, fields: &typed(&form) }, outcome).await
}

/// Makes an address the default.
#[server(prefix = "/fn", endpoint = "address/default")]
async fn make_default(#[server(default)] id: String) -> Result<(), Failure> {
    let outcome = async {
        address::make_default(&shop()?, &shopper()?, parse_id(&id)?).await?;
        Ok(LIST.to_owned())
    };
    answer(Sent { form: "address/list", page: LIST, fields: &[] }, outcome.await).await
}

/// Removes an address.
#[server(prefix = "/fn", endpoint = "address/remove")]
async fn remove_address(#[server(default)] id: String) -> Result<(), Failure> {
    let outcome = async {
        address::remove(&shop()?, &shopper()?, parse_id(&id)?).await?;
        Ok(LIST.to_owned())
    };
    answer(Sent { form: "address/list", page: LIST, fields: &[] }, outcome.await).await
}

/// The form of one address; each comes back on its own.
fn edit_form(id: &str) -> String {
    format!("address/{id}")
}

fn parse_id(typed: &str) -> Result<AddressId, Failure> {
    typed.parse().map_err(|_| Failure::NotFound)
}

/// What was typed, by the fields' names on the page.
pub(crate) fn typed(form: &AddressForm) -> [(&str, &str); 5] {
    [
        ("recipient", &form.recipient),
        ("phone", &form.phone),
        ("postcode", &form.postcode),
        ("line1", &form.line1),
        ("line2", &form.line2),
    ]
}

/// The addresses.
#[component]
pub(crate) fn AddressesPage() -> impl IntoView {
    page(async move {
        let addresses = address::list(&shop()?, &shopper()?).await?;
        let form = returned("address/list");
        let items = addresses.iter().map(|kept| view! { <li><Kept kept=kept.clone() /></li> }).collect_view();
        let list = if addresses.is_empty() {
            view! { <Empty sentence=t!("addresses-empty") href="/my/addresses/new" action=t!("add-address") /> }
                .into_any()
        } else {
            view! {
                <ul class="addresses">{items}</ul>
                <p><a class="button" href="/my/addresses/new">{t!("add-address")}</a></p>
            }
            .into_any()
        };
        Ok(view! {
            <Head title=t!("addresses") private=true />
            <h1>{t!("addresses")}</h1>
            <Tabs />
            {form.summary()}
            {list}
        }
        .into_any())
    })
}

#[component]
fn Kept(kept: KeptAddress) -> impl IntoView {
    let id = kept.address_id;
    view! {
        <Printed kept=kept.clone() />
        <div class="actions">
            <a class="button small" href=format!("{LIST}/{id}")>{t!("edit")}</a>
            {(!kept.is_default).then(|| view! {
                <form action="/fn/address/default" method="post">
                    <input type="hidden" name="id" value=id />
                    <button class="button small">{t!("make-default")}</button>
                </form>
            })}
            <form action="/fn/address/remove" method="post">
                <input type="hidden" name="id" value=id />
                <button class="button small">{t!("remove")}</button>
            </form>
        </div>
    }
}

/// An address as it stands on a parcel.
#[component]
pub(crate) fn Printed(
    /// The address.
    kept: KeptAddress,
) -> impl IntoView {
    view! {
        <div class="printed">
            <p>
                <strong>{kept.recipient}</strong> " " {print_phone(&kept.phone)}
                {kept.is_default.then(|| view! { " " <span class="badge">{t!("default-address")}</span> })}
            </p>
            <p>{format!("({}) {} {}", kept.postcode, kept.line1, kept.line2)}</p>
        </div>
    }
}

/// The page of a new address.
#[component]
pub(crate) fn NewAddressPage() -> impl IntoView {
    page(async move {
        shopper()?;
        let form = returned("address/new");
        Ok(view! {
            <Head title=t!("add-address") private=true />
            <section class="narrow">
                <h1>{t!("add-address")}</h1>
                {form.summary()}
                <form action="/fn/address/add" method="post">
                    <Fields form kept=None />
                    <button class="button primary">{t!("save")}</button>
                </form>
            </section>
        }
        .into_any())
    })
}

/// The page to edit an address on.
#[component]
pub(crate) fn EditAddressPage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")).unwrap_or_default();
    page(async move {
        let shopper = shopper()?;
        let kept = address::get(&shop()?, &shopper, parse_id(&id)?).await?;
        let form = returned(&edit_form(&id));
        Ok(view! {
            <Head title=t!("edit-address") private=true />
            <section class="narrow">
                <h1>{t!("edit-address")}</h1>
                {form.summary()}
                <form action="/fn/address/edit" method="post">
                    <input type="hidden" name="id" value=id />
                    <Fields form kept=Some(kept) />
                    <button class="button primary">{t!("save")}</button>
                </form>
            </section>
        }
        .into_any())
    })
}

/// The fields of an address, on its own pages and in the checkout.
#[component]
pub(crate) fn Fields(
    /// The form, if it came back.
    form: Returned,
    /// What stands there otherwise.
    kept: Option<KeptAddress>,
    /// Whether they may stay empty, because they count only when chosen.
    #[prop(optional)]
    optional: bool,
) -> impl IntoView {
    let required = !optional;
    let kept = kept.unwrap_or_else(|| KeptAddress {
        address_id: 0,
        recipient: String::new(),
        phone: String::new(),
        postcode: String::new(),
        line1: String::new(),
        line2: String::new(),
        is_default: false,
    });
    view! {
        <Field name="recipient" wire="form[recipient]" label=t!("recipient") form=form.clone() value=kept.recipient autocomplete="shipping name" required=required />
        <Field name="phone" wire="form[phone]" label=t!("phone") form=form.clone() value=print_phone(&kept.phone) kind="tel" autocomplete="shipping tel" inputmode="tel" required=required hint=t!("phone-hint") />
        <Field name="postcode" wire="form[postcode]" label=t!("postcode") form=form.clone() value=kept.postcode autocomplete="shipping postal-code" inputmode="numeric" required=required />
        <Field name="line1" wire="form[line1]" label=t!("line1") form=form.clone() value=kept.line1 autocomplete="shipping address-line1" required=required />
        <Field name="line2" wire="form[line2]" label=t!("line2") form=form value=kept.line2 autocomplete="shipping address-line2" />
    }
}
