//! Where the files of pictures lie.

mod bucket;

use base64::{Engine, prelude::BASE64_STANDARD};
use domain::picture::Store;
use reqwest::{
    Client, StatusCode,
    header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, LOCATION},
};
use server::pictures::Pictures;

use crate::{
    process::{Served, browser, get, post},
    support::{Outcome, folder},
};
use bucket::Bucket;

/// Two by two red pixels.
const PNG: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEElEQVR42mM4oKAARAwQCgAejgQBf4ruEwAAAABJRU5ErkJggg==";

#[tokio::test]
async fn a_folder_keeps_files_and_forgets_them_with_their_folder() -> Outcome {
    let dir = folder(0o755)?;
    let store = Pictures::folder(&dir.path().join("below/pictures"))?;
    store.put("a/300.webp", b"small".to_vec()).await?;
    store.put("a/300.webp", b"smaller".to_vec()).await?;
    store.put("a/600.webp", b"large".to_vec()).await?;
    store.put("ab/300.webp", b"other".to_vec()).await?;
    assert_eq!(store.get("a/300.webp").await?.as_deref(), Some(b"smaller".as_slice()));
    assert_eq!(store.get("a/1200.webp").await?, None);
    store.clear("a").await?;
    store.clear("a").await?;
    assert_eq!(store.get("a/300.webp").await?, None);
    assert_eq!(store.get("ab/300.webp").await?.as_deref(), Some(b"other".as_slice()));
    assert!(!dir.path().join("below/pictures/a").exists());
    Ok(())
}

#[tokio::test]
async fn no_key_leads_out_of_the_folder() -> Outcome {
    let dir = folder(0o755)?;
    std::fs::write(dir.path().join("secret"), "word")?;
    let store = Pictures::folder(&dir.path().join("pictures"))?;
    for key in ["../secret", "/../secret", "a/../../secret"] {
        assert_ne!(store.get(key).await.ok().flatten().as_deref(), Some(b"word".as_slice()), "{key}");
    }
    Ok(())
}

#[tokio::test]
async fn a_bucket_keeps_what_a_seller_uploads() -> Outcome {
    let bucket = Bucket::open().await?;
    let dir = folder(0o755)?;
    let settings = [
        ("MADANG_PICTURES_URL", "s3://shelf/shop"),
        ("AWS_ENDPOINT_URL", bucket.url()),
        ("AWS_ALLOW_HTTP", "true"),
        ("AWS_REGION", "ap-northeast-2"),
        ("AWS_ACCESS_KEY_ID", "key"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
    ];
    let shop = Served::with(dir.path(), &settings)?;
    let browser = browser()?;
    let staff = [("email", "staff@madang.example"), ("password", "staff-madang")];
    assert_eq!(post(&browser, shop.url("/fn/member/sign-in"), &staff).await?.status(), StatusCode::FOUND);
    assert_eq!(upload(&browser, &shop).await?, "/seller/products/2/pictures?added=1");

    let keys = bucket.keys();
    let [key] = keys.as_slice() else { return Err(format!("{keys:?}").into()) };
    let id = key.strip_prefix("shop/").and_then(|key| key.strip_suffix("/2.webp")).ok_or("a key of another kind")?;
    assert!(get(&browser, shop.url("/products/2")).await?.1.contains(&format!("/pictures/{id}-2.webp")));
    let shown = browser.get(shop.url(&format!("/pictures/{id}-2.webp"))).send().await?;
    assert_eq!(shown.status(), StatusCode::OK);
    assert_eq!(shown.headers().get(CONTENT_TYPE).ok_or("no type")?, "image/webp");
    assert_eq!(shown.headers().get(CACHE_CONTROL).ok_or("kept for no time")?, "public, max-age=31536000, immutable");
    assert_eq!(shown.bytes().await?.get(8..12), Some(b"WEBP".as_slice()));
    let nothing = browser.get(shop.url(&format!("/pictures/{id}-1.webp"))).send().await?;
    assert_eq!(nothing.status(), StatusCode::NOT_FOUND);

    // While it is away nothing is half added, and the shop goes on.
    bucket.go_away(true);
    let away = browser.get(shop.url(&format!("/pictures/{id}-2.webp"))).send().await?;
    assert_eq!(away.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(get(&browser, shop.url("/products/2")).await?.0, StatusCode::OK);
    bucket.go_away(false);
    shop.stop()
}

#[tokio::test]
async fn a_bucket_deletes_what_it_is_told_to_and_no_more() -> Outcome {
    let bucket = Bucket::open().await?;
    let store = bucket.store()?;
    for key in ["a/300.webp", "a/600.webp", "ab/300.webp"] {
        store.put(key, b"file".to_vec()).await?;
    }
    store.clear("a").await?;
    store.clear("a").await?;
    assert_eq!(bucket.keys(), ["ab/300.webp"]);
    Ok(())
}

async fn upload(browser: &Client, shop: &Served) -> Result<String, Box<dyn std::error::Error>> {
    let head = "--cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\r\n";
    let body = [head.as_bytes(), &BASE64_STANDARD.decode(PNG)?, b"\r\n--cut--\r\n"].concat();
    let request = browser.post(shop.url("/seller/products/2/pictures/upload")).header(ACCEPT, "text/html");
    let answer = request.header(CONTENT_TYPE, "multipart/form-data; boundary=cut").body(body).send().await?;
    Ok(answer.headers().get(LOCATION).ok_or("led nowhere")?.to_str()?.to_owned())
}
