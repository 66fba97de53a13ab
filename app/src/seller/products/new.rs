//! The page of a new product.

use std::collections::BTreeMap;

use contract::{
    Failure,
    product::{ProductStatus, form::ProductForm},
};
use domain::product;
use leptos::prelude::*;
use uuid::Uuid;

use super::{
    super::{Ways, operator},
    LIST,
    fields::{Fields, typed},
};
use crate::{
    form::{Sent, answer, returned},
    page::{Head, page},
    text::t,
};

const PAGE: &str = "/seller/products/new";

/// Makes a product. The form's key makes a double click make one.
#[server(prefix = "/fn", endpoint = "seller/product-new")]
async fn create_product(#[server(default)] key: String, #[server(default)] form: ProductForm) -> Result<(), Failure> {
    let outcome = async {
        let (shop, by) = operator().await?;
        let key = Uuid::parse_str(&key).map_err(|_| Failure::BadRequest)?;
        let id = product::create(&shop, &by, key, &form).await?;
        Ok(format!("{LIST}/{id}?created=1"))
    };
    let outcome = outcome.await;
    let mut fields = typed(&form);
    fields.push(("key", &key));
    answer(Sent { form: "seller/product-new", page: PAGE, fields: &fields }, outcome).await
}

/// The page of the form.
#[component]
pub(crate) fn NewProductPage() -> impl IntoView {
    page(async move {
        let (shop, operator) = operator().await?;
        let form = returned("seller/product-new");
        let key = form.value("key", &Uuid::now_v7().to_string());
        let categories = product::categories(&shop).await?;
        let staff = operator.seller().is_none();
        let sellers = if staff { product::sellers(&shop, &operator).await? } else { Vec::new() };
        let statuses = vec![ProductStatus::Draft, ProductStatus::OnSale];
        let values = BTreeMap::from([("status", ProductStatus::Draft.word().to_owned())]);
        let earn_percent = shop.policy.points.earn_percent.into();
        Ok(view! {
            <Head title=t!("product-new") private=true />
            <h1>{t!("product-new")}</h1>
            <Ways operator />
            {form.summary()}
            <p class="facts"><a href=LIST>{t!("product-back")}</a></p>
            <form class="panel sheet" action="/fn/seller/product-new" method="post">
                <input type="hidden" name="key" value=key />
                <Fields form values categories statuses sellers new=true earn_percent />
                <button class="button primary">{t!("product-create")}</button>
            </form>
        }
        .into_any())
    })
}
