//! Mails, into files and through a mail server.

mod post;

use std::{collections::BTreeMap, fs, path::Path};

use clap::Parser;
use domain::{Policy, Shop};
use server::{
    mail::{Done, Mailer},
    settings::Serve,
};
use sqlx::PgPool;
use uuid::Uuid;

use self::post::{Manner, Post};
use crate::support::Outcome;

#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    serve: Serve,
}

fn mailer(settings: &[&str]) -> Result<Mailer, String> {
    let cli = Cli::try_parse_from([&["madang"], settings].concat()).map_err(|error| error.to_string())?;
    Mailer::new(&cli.serve)
}

/// One through this mail server.
fn through(post: &Post) -> Result<Mailer, String> {
    mailer(&["--smtp-url", &post.url(), "--mail-from", "마당 <no-reply@madang.example>"])
}

/// Queues a mail to a member of its own.
async fn queue(shop: &Shop, name: &str, title: &str) -> Result<Uuid, sqlx::Error> {
    sqlx::query_scalar(
        "with m as (
             insert into member (email, password_hash, name) values (md5(random()::text) || '@example.com', '!', $1)
             returning member_id
         ), n as (
             insert into notification (member_id, kind, payload, event_id, created_at)
             select member_id, 'restocked', jsonb_build_object('product', 7, 'title', $2::text), member_id, now() from m
             returning notification_id
         )
         insert into mail (notification_id, try_at, created_at)
         select notification_id, now(), '2026-01-02' from n returning mail_id",
    )
    .bind(name)
    .bind(title)
    .fetch_one(&shop.db)
    .await
}

/// Sends until there is nothing left to do now; what the last word was.
async fn send_all(mailer: &Mailer, shop: &Shop) -> domain::Result<Done> {
    loop {
        match mailer.send_next(shop).await? {
            Done::One => {}
            last => return Ok(last),
        }
    }
}

async fn status(shop: &Shop, id: Uuid) -> Result<(String, i32), sqlx::Error> {
    sqlx::query_as("select status, attempts from mail where mail_id = $1").bind(id).fetch_one(&shop.db).await
}

/// As if so many of those that are queued were due now, and those that are sent had lost their sender.
async fn let_time_pass(shop: &Shop) -> Result<(), sqlx::Error> {
    sqlx::query("update mail set try_at = now() - interval '1 hour'").execute(&shop.db).await?;
    Ok(())
}

fn files(folder: &Path) -> Result<BTreeMap<String, String>, std::io::Error> {
    fs::read_dir(folder)?
        .map(|entry| {
            let entry = entry?;
            Ok((entry.file_name().to_string_lossy().into_owned(), fs::read_to_string(entry.path())?))
        })
        .collect()
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn without_a_mail_server_each_mail_is_one_file_however_often_it_is_written(db: PgPool) -> Outcome {
    let shop = Shop::new(db, Policy::default());
    let dir = tempfile::tempdir()?;
    let data = dir.path().to_string_lossy();
    let mailer = mailer(&["--data-dir", &data, "--public-url", "https://shop.example"])?;
    let (one, other) = (queue(&shop, "김독자", "심청전").await?, queue(&shop, "최독자", "홍길동전").await?);
    assert_eq!(send_all(&mailer, &shop).await?, Done::Nothing);
    let folder = dir.path().join("mail");
    let written = files(&folder)?;
    assert_eq!(written.len(), 2);
    let mail = &written[&format!("{one}.eml")];
    assert!(mail.contains(&format!("Message-ID: <{one}@madang.example>\r\n")), "{mail}");
    assert!(mail.contains("Date: Fri, 02 Jan 2026 ") && mail.contains("MIME-Version: 1.0\r\n"));
    assert!(mail.contains("Content-Type: text/plain; charset=utf-8\r\n"));

    // Its sender wrote it, and died before it could say so.
    sqlx::query("update mail set status = 'sending', sent_at = null where mail_id = $1")
        .bind(other)
        .execute(&shop.db)
        .await?;
    let_time_pass(&shop).await?;
    assert_eq!(mailer.sweep(&shop).await?, 1);
    assert_eq!(send_all(&mailer, &shop).await?, Done::Nothing);
    assert_eq!((files(&folder)?, status(&shop, other).await?), (written, ("sent".to_owned(), 2)));
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn what_somebody_typed_adds_no_header(db: PgPool) -> Outcome {
    let shop = Shop::new(db, Policy::default());
    let dir = tempfile::tempdir()?;
    let mailer = mailer(&["--data-dir", &dir.path().to_string_lossy()])?;
    queue(&shop, "Kim\r\nBcc: evil@example.com\r\n\r\nHi", "Book\r\nBcc: evil@example.com").await?;
    assert_eq!(send_all(&mailer, &shop).await?, Done::Nothing);
    let written = files(&dir.path().join("mail"))?;
    let mail = written.values().next().ok_or("no file")?;
    let head = mail.split("\r\n\r\n").next().unwrap_or_default();
    assert!(!head.lines().any(|line| line.to_ascii_lowercase().starts_with("bcc")), "{head}");
    assert!(head.contains("Subject: ") && head.contains("Content-Type: "), "{head}");
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_mail_server_gets_each_mail_once(db: PgPool) -> Outcome {
    let shop = Shop::new(db, Policy::default());
    let post = Post::open(Manner::Takes).await?;
    let (one, other) = (through(&post)?, through(&post)?);
    let mut ids = Vec::new();
    for number in 0..10 {
        ids.push(queue(&shop, "김독자", &format!("책 {number}")).await?);
    }
    let (first, second) = tokio::join!(send_all(&one, &shop), send_all(&other, &shop));
    assert_eq!((first?, second?), (Done::Nothing, Done::Nothing));
    let mut told: Vec<Uuid> = post.message_ids();
    told.sort();
    ids.sort();
    assert_eq!(told, ids);
    for id in ids {
        assert_eq!(status(&shop, id).await?, ("sent".to_owned(), 1));
    }
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_mail_whose_answer_was_lost_is_not_sent_again(db: PgPool) -> Outcome {
    let shop = Shop::new(db, Policy::default());
    let post = Post::open(Manner::TakesAndHangsUp).await?;
    let mailer = through(&post)?;
    let id = queue(&shop, "김독자", "책").await?;
    for _ in 0..3 {
        assert_eq!(send_all(&mailer, &shop).await?, Done::Nothing);
        let_time_pass(&shop).await?;
        mailer.sweep(&shop).await?;
    }
    assert_eq!(status(&shop, id).await?, ("lost".to_owned(), 1));
    assert_eq!(post.message_ids(), [id]);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_mail_that_was_not_taken_is_tried_again_and_one_that_was_refused_is_not(db: PgPool) -> Outcome {
    let shop = Shop::new(db, Policy::default());
    let post = Post::open(Manner::AsksForPatience).await?;
    let id = queue(&shop, "김독자", "책").await?;
    assert_eq!(send_all(&through(&post)?, &shop).await?, Done::Nothing);
    assert_eq!(status(&shop, id).await?, ("queued".to_owned(), 1));
    // Nobody is there at all.
    let url = post.close();
    let nobody = mailer(&["--smtp-url", &url])?;
    let_time_pass(&shop).await?;
    assert_eq!(send_all(&nobody, &shop).await?, Done::Away);
    assert_eq!(status(&shop, id).await?, ("queued".to_owned(), 2));
    let_time_pass(&shop).await?;
    let post = Post::open(Manner::Refuses).await?;
    assert_eq!(send_all(&through(&post)?, &shop).await?, Done::Nothing);
    assert_eq!((status(&shop, id).await?, post.message_ids().len()), (("failed".to_owned(), 3), 0));
    Ok(())
}

#[tokio::test]
async fn a_wrong_address_is_refused_in_a_sentence_that_keeps_the_secret() {
    let told = mailer(&["--smtp-url", "http://user:hunter2@mail.example"]).expect_err("no mail server");
    assert!(told.starts_with("MADANG_SMTP_URL ") && !told.contains("hunter2"), "{told}");
    let told = mailer(&["--mail-from", "nobody"]).expect_err("no address");
    assert!(told.starts_with("MADANG_MAIL_FROM (nobody) "), "{told}");
}
