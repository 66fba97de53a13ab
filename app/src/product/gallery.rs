//! The pictures of a product on its page: the first one large, the others below it, each a link to
//! itself, large.

use contract::product::ProductId;
use domain::picture::Picture;
use leptos::prelude::*;

use crate::{listing::Cover, text::t};

/// Pixels that the smallest place of a picture takes on a sharp screen.
const SMALL: u32 = 300;

/// The pictures, or else the drawn cover.
#[component]
pub(super) fn Gallery(
    /// The product.
    product: ProductId,
    /// Its title, which stands for what nobody has said of a picture.
    title: String,
    /// Its pictures, in order.
    pictures: Vec<Picture>,
) -> impl IntoView {
    let mut pictures = pictures.into_iter();
    let Some(first) = pictures.next() else { return view! { <Cover id=product /> }.into_any() };
    let others = pictures
        .zip(2..)
        .map(|(picture, number)| {
            let alt = alt(&picture, t!("pictures-other", title = title.clone(), number = number));
            let versions = picture.versions;
            view! {
                <li>
                    <a href=versions.address(versions.width)>
                        <img src=versions.address(SMALL) alt=alt width=versions.width height=picture.height loading="lazy" />
                    </a>
                </li>
            }
        })
        .collect_view();
    let others = (first.versions, others);
    let (versions, others) = others;
    view! {
        <div class="gallery">
            <a href=versions.address(versions.width)>
                <img
                    src=versions.address(2 * SMALL)
                    srcset=versions.all()
                    sizes="(width < 48rem) 56vw, 20rem"
                    alt=alt(&first, title)
                    width=versions.width
                    height=first.height
                    fetchpriority="high"
                />
            </a>
            <ul>{others}</ul>
        </div>
    }
    .into_any()
}

fn alt(picture: &Picture, otherwise: String) -> String {
    if picture.alt.is_empty() { otherwise } else { picture.alt.clone() }
}
