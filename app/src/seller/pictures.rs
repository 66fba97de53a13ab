//! The pictures of a product: added, described, ordered, removed and put back.

pub(crate) mod upload;

use contract::{
    Failure,
    picture::{ALT_MAX, MEGABYTES, MEGAPIXELS, MOST, PictureId},
    product::ProductId,
};
use domain::picture::{self, Picture, Removed};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use uuid::Uuid;

use super::{Ways, operator};
use crate::{
    form::{Returned, Sent, answer, returned},
    page::{Head, page},
    text::{self, t},
    words,
};

/// Says what can be seen on a picture.
#[server(prefix = "/fn", endpoint = "picture/describe")]
async fn describe_picture(
    #[server(default)] product: String,
    #[server(default)] picture: String,
    #[server(default)] alt: String,
) -> Result<(), Failure> {
    let outcome = async {
        let (shop, by) = operator().await?;
        picture::describe(&shop, &by, parse_id(&product)?, parse_picture(&picture)?, &alt).await?;
        Ok(format!("{}?saved=1", path(&product)))
    };
    let outcome = outcome.await;
    let fields = [("picture", picture.as_str()), ("alt", &alt)];
    answer(Sent { form: "picture/describe", page: &path(&product), fields: &fields }, outcome).await
}

/// Takes a picture a step along the order.
#[server(prefix = "/fn", endpoint = "picture/move")]
async fn move_picture(
    #[server(default)] product: String,
    #[server(default)] picture: String,
    #[server(default)] to: String,
) -> Result<(), Failure> {
    let outcome = async {
        let (shop, by) = operator().await?;
        let step = words::read(&to).ok_or(Failure::BadRequest)?;
        picture::arrange(&shop, &by, parse_id(&product)?, parse_picture(&picture)?, step).await?;
        Ok(format!("{}?saved=1#picture-{picture}", path(&product)))
    };
    let outcome = outcome.await;
    answer(Sent { form: "picture/act", page: &path(&product), fields: &[] }, outcome).await
}

/// Removes a picture; it can be put back for a while.
#[server(prefix = "/fn", endpoint = "picture/remove")]
async fn remove_picture(#[server(default)] product: String, #[server(default)] picture: String) -> Result<(), Failure> {
    let outcome = async {
        let (shop, by) = operator().await?;
        picture::remove(&shop, &by, parse_id(&product)?, parse_picture(&picture)?).await?;
        Ok(format!("{}?saved=1", path(&product)))
    };
    let outcome = outcome.await;
    answer(Sent { form: "picture/act", page: &path(&product), fields: &[] }, outcome).await
}

/// Puts a removed picture back.
#[server(prefix = "/fn", endpoint = "picture/restore")]
async fn restore_picture(
    #[server(default)] product: String,
    #[server(default)] picture: String,
) -> Result<(), Failure> {
    let outcome = async {
        let (shop, by) = operator().await?;
        picture::restore(&shop, &by, parse_id(&product)?, parse_picture(&picture)?).await?;
        Ok(format!("{}?saved=1", path(&product)))
    };
    let outcome = outcome.await;
    answer(Sent { form: "picture/act", page: &path(&product), fields: &[] }, outcome).await
}

fn path(product: &str) -> String {
    format!("/seller/products/{product}/pictures")
}

fn parse_id(typed: &str) -> Result<ProductId, Failure> {
    typed.parse().map_err(|_| Failure::NotFound)
}

fn parse_picture(typed: &str) -> Result<PictureId, Failure> {
    Uuid::parse_str(typed).map_err(|_| Failure::NotFound)
}

/// The pictures of a product.
#[component]
pub(crate) fn PicturesPage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")).unwrap_or_default();
    let (saved, added) = use_query_map().with_untracked(|query| {
        let added = query.get("added").and_then(|word| word.parse::<usize>().ok()).filter(|count| *count <= MOST);
        (query.get("saved").is_some(), added.unwrap_or_default())
    });
    page(async move {
        let (shop, operator) = operator().await?;
        let id = parse_id(&id)?;
        let desk = picture::desk(&shop, &operator, id).await?;
        let title = t!("pictures-of", title = desk.title);
        let (acted, described) = (returned("picture/act"), returned("picture/describe"));
        let count = desk.pictures.len();
        let items = desk.pictures.into_iter().enumerate().map(|(place, picture)| {
            view! { <Item product=id picture place last=place + 1 == count form=described.clone() /> }
        });
        let list = if count == 0 {
            view! { <p class="empty">{t!("pictures-empty")}</p> }.into_any()
        } else {
            view! { <p class="hint" id="alt-hint">{t!("pictures-alt-hint")}</p><ol class="pictures">{items.collect_view()}</ol> }.into_any()
        };
        Ok(view! {
            <Head title=title.clone() private=true />
            <h1>{title}</h1>
            <Ways operator />
            {acted.summary()} {described.summary()}
            {saved.then(|| view! { <p class="notice good" role="status">{t!("saved")}</p> })}
            {(added > 0).then(|| view! { <p class="notice good" role="status">{t!("pictures-added", count = added)}</p> })}
            <Refused form=returned(upload::FORM) />
            <p class="facts">
                <a href=format!("/seller/products/{id}")>{t!("pictures-back")}</a> " "
                <a href=format!("/products/{id}")>{t!("stock-shown")}</a>
            </p>
            <AddForm product=id left=MOST.saturating_sub(count) />
            <section>
                <h2>{t!("pictures-shown")} " " <small>{t!("pictures-count", count = count, most = MOST)}</small></h2>
                {list}
            </section>
            <Gone product=id removed=desk.removed />
        }
        .into_any())
    })
}

/// The files of the last upload that did not become pictures, each with why.
#[component]
fn Refused(form: Returned) -> impl IntoView {
    let Some(Failure::Invalid(flaws)) = form.failure() else { return form.summary().into_any() };
    let items = flaws
        .iter()
        .map(|(name, flaw)| view! { <li><strong>{name.to_owned()}</strong>": "{text::flaw(flaw)}</li> })
        .collect_view();
    view! {
        <div class="notice bad" role="alert">
            <p>{t!("pictures-refused")}</p>
            <ul>{items}</ul>
        </div>
    }
    .into_any()
}

#[component]
fn AddForm(product: ProductId, left: usize) -> impl IntoView {
    let hint = t!("pictures-add-hint", left = left, megabytes = MEGABYTES, megapixels = MEGAPIXELS);
    let form = if left == 0 {
        view! { <p class="hint">{t!("failure-too-many-pictures")}</p> }.into_any()
    } else {
        view! {
            <div class="field">
                <label for="file">{t!("pictures-files")}</label>
                <input
                    id="file"
                    type="file"
                    name="file"
                    accept="image/jpeg,image/png,image/webp,image/gif"
                    multiple
                    required
                    aria-describedby="file-hint"
                />
                <p class="hint" id="file-hint">{hint}</p>
            </div>
            <button class="button primary">{t!("pictures-add-now")}</button>
        }
        .into_any()
    };
    view! {
        <form class="panel" action=upload::path(product) method="post" enctype="multipart/form-data">
            <h2>{t!("pictures-add")}</h2>
            {form}
        </form>
    }
}

#[component]
fn Item(product: ProductId, picture: Picture, place: usize, last: bool, form: Returned) -> impl IntoView {
    let id = picture.versions.id.to_string();
    let number = place + 1;
    let anchor = format!("picture-{id}");
    let form = if form.typed("picture") == Some(id.as_str()) { form } else { Returned::default() };
    let steps = [
        ("first", t!("pictures-first"), place > 1),
        ("up", t!("pictures-up"), place > 0),
        ("down", t!("pictures-down"), !last),
    ];
    let steps = steps
        .into_iter()
        .filter(|(.., open)| *open)
        .map(|(word, text, _)| {
            let label = t!("pictures-step", step = text.clone(), number = number);
            view! { <button class="button small" name="to" value=word aria-label=label>{text}</button> }
        })
        .collect_view();
    let remove = t!("pictures-step", step = t!("remove"), number = number);
    view! {
        <li id=anchor>
            <Thumb picture=picture.clone() />
            <div>
                <form action="/fn/picture/describe" method="post">
                    <input type="hidden" name="product" value=product />
                    <input type="hidden" name="picture" value=id.clone() />
                    <Alt form alt=picture.alt number />
                    <button class="button small">{t!("save")}</button>
                </form>
                <div class="actions">
                    <form action="/fn/picture/move" method="post">
                        <input type="hidden" name="product" value=product />
                        <input type="hidden" name="picture" value=id.clone() />
                        {steps}
                    </form>
                    <form action="/fn/picture/remove" method="post">
                        <input type="hidden" name="product" value=product />
                        <input type="hidden" name="picture" value=id />
                        <button class="button small" aria-label=remove>{t!("remove")}</button>
                    </form>
                </div>
            </div>
        </li>
    }
}

/// What can be seen on a picture. That of the form that came back has the plain id, which the
/// summary links to.
#[component]
fn Alt(form: Returned, alt: String, number: usize) -> impl IntoView {
    let id = if form.failure().is_some() { "alt".to_owned() } else { format!("alt-{number}") };
    let flaw = form.flaw("alt");
    let invalid = flaw.is_some().then_some("true");
    let described = if flaw.is_some() { "alt-flaw alt-hint" } else { "alt-hint" };
    view! {
        <div class="field">
            <label for=id.clone()>{t!("pictures-alt", number = number)}</label>
            <input
                id=id
                name="alt"
                type="text"
                value=form.value("alt", &alt)
                autocomplete="off"
                maxlength=ALT_MAX
                aria-invalid=invalid
                aria-describedby=described
            />
            {flaw.map(|flaw| view! { <p class="flaw" id="alt-flaw">{flaw}</p> })}
        </div>
    }
}

/// A picture among its forms, which say what it is.
#[component]
fn Thumb(picture: Picture) -> impl IntoView {
    let versions = picture.versions;
    view! {
        <a href=versions.address(versions.width) tabindex="-1" aria-hidden="true">
            <img src=versions.address(0) alt="" width=versions.width height=picture.height loading="lazy" />
        </a>
    }
}

/// What was removed, to be put back.
#[component]
fn Gone(product: ProductId, removed: Vec<Removed>) -> impl IntoView {
    if removed.is_empty() {
        return ().into_any();
    }
    let items = removed
        .into_iter()
        .map(|one| {
            let id = one.picture.versions.id.to_string();
            view! {
                <li>
                    <Thumb picture=one.picture.clone() />
                    <div>
                        {(!one.picture.alt.is_empty()).then(|| view! { <p>{one.picture.alt.clone()}</p> })}
                        <p class="hint">{t!("pictures-until", time = contract::when::kst(one.until))}</p>
                        <form action="/fn/picture/restore" method="post">
                            <input type="hidden" name="product" value=product />
                            <input type="hidden" name="picture" value=id />
                            <button class="button small">{t!("pictures-restore")}</button>
                        </form>
                    </div>
                </li>
            }
        })
        .collect_view();
    view! { <section><h2>{t!("pictures-removed")}</h2><ul class="pictures">{items}</ul></section> }.into_any()
}
