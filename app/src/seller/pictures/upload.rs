//! Files that come in to become pictures. One after the other: each is in memory alone, and one
//! that is refused does not keep the others out.

use axum::{
    Extension, Router,
    extract::{DefaultBodyLimit, Multipart, Path, State, multipart::Field},
    response::{IntoResponse, Redirect, Response},
    routing::post,
};
use contract::{
    Failure,
    form::Check,
    picture::{MAX_BYTES, MOST, PictureFlaw},
    product::ProductId,
};
use domain::{Shop, member::Operator, picture};
use tower_sessions::Session;

use crate::{context::Visitor, desk::operator_of, form::refuse_file};

/// The form's name.
pub(super) const FORM: &str = "picture/add";

/// The largest upload, in bytes: more than all files may have together, so that one that is too
/// large is told and the others are taken.
const UPLOAD: usize = 3 * MOST * MAX_BYTES;

/// Characters of a file's name that are repeated.
const NAME: usize = 80;

/// Where files are sent to.
pub(super) fn path(product: ProductId) -> String {
    format!("/seller/products/{product}/pictures/upload")
}

/// The route.
pub(crate) fn routes() -> Router<Shop> {
    let upload = post(upload).layer(DefaultBodyLimit::max(UPLOAD));
    Router::new().route("/seller/products/{id}/pictures/upload", upload)
}

async fn upload(
    State(shop): State<Shop>,
    Extension(visitor): Extension<Visitor>,
    session: Session,
    Path(id): Path<String>,
    files: Multipart,
) -> Response {
    let page = super::path(&id);
    // Before anything is read: whose product it is.
    let outcome = async {
        let product = super::parse_id(&id)?;
        let by = operator_of(&shop, &visitor).await?;
        picture::desk(&shop, &by, product).await?;
        take(&shop, &by, product, files).await
    };
    match outcome.await {
        Ok((0, None)) => Redirect::to(&page).into_response(),
        Ok((added, None)) => Redirect::to(&format!("{page}?added={added}")).into_response(),
        Ok((added, Some(refused))) => refuse_file(&session, FORM, &format!("{page}?added={added}"), refused).await,
        Err(failure) => refuse_file(&session, FORM, &page, failure).await,
    }
}

/// Takes each file that is good: how many, and why not the others.
async fn take(
    shop: &Shop,
    by: &Operator,
    product: ProductId,
    mut files: Multipart,
) -> Result<(usize, Option<Failure>), Failure> {
    let (mut added, mut refused) = (0, Vec::new());
    loop {
        let file = match files.next_field().await {
            Ok(Some(field)) if field.file_name().is_some() => field,
            Ok(Some(_)) => continue,
            Ok(None) => break,
            Err(_) => {
                refused.push((String::new(), PictureFlaw::BrokeOff));
                break;
            }
        };
        let name = name(file.file_name().unwrap_or_default());
        let outcome = match read(file).await {
            // What browsers send where no file was chosen.
            Ok(bytes) if bytes.is_empty() && name.is_empty() => continue,
            Ok(bytes) => picture::add(shop, by, product, &name, bytes).await.map_err(Failure::from),
            Err(flaw) => Err(picture::refused(&name, flaw)),
        };
        match outcome {
            Ok(_) => added += 1,
            Err(Failure::Invalid(flaws)) => refused.extend(flaws.iter().filter_map(|(name, flaw)| match flaw {
                contract::form::Flaw::Picture(flaw) => Some((name.to_owned(), flaw)),
                _ => None,
            })),
            Err(Failure::Unavailable) => refused.push((name, PictureFlaw::NotStored)),
            Err(failure) => return Err(failure),
        }
        // A name for each file that is told of, and no more than anybody reads.
        if refused.len() > 2 * MOST {
            break;
        }
    }
    let mut check = Check::default();
    let any = !refused.is_empty();
    for (name, flaw) in refused {
        check.field::<()>(&name, Err(contract::form::Flaw::Picture(flaw)));
    }
    Ok((added, any.then(|| check.refuse())))
}

/// A whole file; what is too large is read on to its end, and not kept.
async fn read(mut file: Field<'_>) -> Result<Vec<u8>, PictureFlaw> {
    let mut bytes = Vec::new();
    let mut over = false;
    while let Some(chunk) = file.chunk().await.map_err(|_| PictureFlaw::BrokeOff)? {
        over = over || bytes.len() + chunk.len() > MAX_BYTES;
        if over {
            bytes = Vec::new();
        } else {
            bytes.extend_from_slice(&chunk);
        }
    }
    if over { Err(PictureFlaw::TooLarge) } else { Ok(bytes) }
}

/// A file's name as it may be shown, without the folders that some browsers put before it.
fn name(sent: &str) -> String {
    let own = sent.rsplit(['/', '\\']).next().unwrap_or_default();
    own.chars().filter(|c| !c.is_control()).take(NAME).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_repeated_without_folders_and_not_without_end() {
        assert_eq!(name("C:\\fakepath\\앞표지.jpg"), "앞표지.jpg");
        assert_eq!(name("../../etc/passwd"), "passwd");
        assert_eq!(name("a\r\nb.png"), "ab.png");
        assert_eq!(name(&"가".repeat(500)).chars().count(), NAME);
    }
}
