//! The shop's own PostgreSQL cluster, against a real PostgreSQL.
//!
//! As root the server runs as the system's user `postgres`; otherwise as the
//! user who runs the tests.

mod places;

use std::fs;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use server::postgres::{self, Error};

use crate::support::{Outcome, alive, ask, folder, pid, recall, remember, run};

#[tokio::test]
async fn a_new_cluster_has_checksums_utf8_and_full_durability() -> Outcome {
    let dir = folder(0o755)?;
    let cluster = postgres::open(dir.path()).await?;
    for (setting, value) in [
        ("data_checksums", "on"),
        ("server_encoding", "UTF8"),
        ("fsync", "on"),
        ("synchronous_commit", "on"),
        ("full_page_writes", "on"),
        ("listen_addresses", ""),
        ("shared_buffers", "256MB"),
        ("max_connections", "100"),
        ("logging_collector", "on"),
    ] {
        assert_eq!(ask(&cluster, &format!("SHOW {setting}")).await?, value, "{setting}");
    }
    let who = "SELECT current_user || '@' || current_database()";
    assert_eq!(ask(&cluster, who).await?, "madang@madang");
    Ok(cluster.close().await?)
}

#[tokio::test]
async fn hangul_counts_as_letters() -> Outcome {
    let dir = folder(0o755)?;
    let cluster = postgres::open(dir.path()).await?;
    assert_eq!(ask(&cluster, "SELECT ('마당' ~ '^[[:alpha:]]+$')::text").await?, "true");
    assert_eq!(ask(&cluster, "SELECT lower('Ä마당É')").await?, "ä마당é");
    run(&cluster, "CREATE EXTENSION pg_trgm").await?;
    assert_ne!(ask(&cluster, "SELECT array_to_string(show_trgm('마당'), ',')").await?, "");
    Ok(cluster.close().await?)
}

#[tokio::test]
async fn data_survives_a_close_and_a_reopen() -> Outcome {
    let dir = folder(0o755)?;
    let cluster = postgres::open(dir.path()).await?;
    remember(&cluster).await?;
    let server = pid(dir.path())?;
    cluster.close().await?;
    assert!(!alive(server), "close stops the server");
    assert!(!dir.path().join("postgres/postmaster.pid").exists());

    let cluster = postgres::open(dir.path()).await?;
    assert_eq!(recall(&cluster).await?, "kept");
    Ok(cluster.close().await?)
}

#[tokio::test]
async fn a_killed_server_is_started_again_by_open() -> Outcome {
    let dir = folder(0o755)?;
    let cluster = postgres::open(dir.path()).await?;
    remember(&cluster).await?;
    let killed = pid(dir.path())?;
    kill(killed, Signal::SIGKILL)?;
    drop(cluster);
    assert!(dir.path().join("postgres/postmaster.pid").exists(), "a stale file is left");

    let cluster = postgres::open(dir.path()).await?;
    assert_ne!(pid(dir.path())?, killed);
    assert_eq!(recall(&cluster).await?, "kept");
    Ok(cluster.close().await?)
}

#[tokio::test]
async fn a_stale_process_id_that_now_is_another_program_is_no_obstacle() -> Outcome {
    let dir = folder(0o755)?;
    let cluster = postgres::open(dir.path()).await?;
    remember(&cluster).await?;
    let file = dir.path().join("postgres/postmaster.pid");
    let text = fs::read_to_string(&file)?;
    cluster.close().await?;
    let (_, rest) = text.split_once('\n').ok_or("no line")?;
    fs::write(&file, format!("{}\n{rest}", std::process::id()))?;

    let cluster = postgres::open(dir.path()).await?;
    assert_eq!(recall(&cluster).await?, "kept");
    Ok(cluster.close().await?)
}

#[tokio::test]
async fn a_server_still_up_after_a_crash_of_the_shop_is_taken_over() -> Outcome {
    let dir = folder(0o755)?;
    let crashed = postgres::open(dir.path()).await?;
    remember(&crashed).await?;
    let server = pid(dir.path())?;
    // Dropped without close, as the kernel drops it when the shop is killed.
    drop(crashed);
    assert!(alive(server));

    let cluster = postgres::open(dir.path()).await?;
    assert_eq!(pid(dir.path())?, server);
    assert_eq!(recall(&cluster).await?, "kept");
    cluster.close().await?;
    assert!(!alive(server), "whoever took it over stops it");
    Ok(())
}

#[tokio::test]
async fn a_second_instance_shares_the_running_cluster() -> Outcome {
    let dir = folder(0o755)?;
    let first = postgres::open(dir.path()).await?;
    let server = pid(dir.path())?;
    let second = postgres::open(dir.path()).await?;
    assert_eq!(pid(dir.path())?, server);
    assert_eq!(first.url(), second.url());
    first.close().await?;
    assert!(alive(server), "the second instance still uses it");
    remember(&second).await?;
    second.close().await?;
    assert!(!alive(server), "the last to leave stops it");
    Ok(())
}

#[tokio::test]
async fn instances_that_come_and_go_at_once_do_not_disturb_each_other() -> Outcome {
    let dir = folder(0o755)?;
    let path = dir.path();
    let (first, second) = tokio::join!(postgres::open(path), postgres::open(path));
    let (mut first, second) = (first?, second?);
    let server = pid(path)?;
    second.close().await?;
    for _ in 0..3 {
        let (closed, next) = tokio::join!(first.close(), postgres::open(path));
        closed?;
        first = next?;
        assert_eq!(ask(&first, "SELECT 'works'").await?, "works");
    }
    first.close().await?;
    assert!(!alive(server));
    assert!(!path.join("postgres/postmaster.pid").exists());
    Ok(())
}

#[tokio::test]
async fn a_half_made_cluster_is_no_obstacle() -> Outcome {
    let dir = folder(0o755)?;
    let partial = dir.path().join("postgres.partial-1");
    fs::create_dir_all(partial.join("base/1"))?;
    fs::write(partial.join("PG_VERSION"), "15\n")?;
    fs::create_dir(dir.path().join("postgres"))?;

    let cluster = postgres::open(dir.path()).await?;
    remember(&cluster).await?;
    assert!(!partial.exists(), "the remains are removed");
    Ok(cluster.close().await?)
}

#[tokio::test]
async fn a_folder_with_other_contents_is_left_alone() -> Outcome {
    let dir = folder(0o755)?;
    let letter = dir.path().join("postgres/letter");
    fs::create_dir(dir.path().join("postgres"))?;
    fs::write(&letter, "mine")?;
    let refused = postgres::open(dir.path()).await;
    assert!(matches!(refused, Err(Error::NotACluster(_))), "{refused:?}");
    assert_eq!(fs::read_to_string(letter)?, "mine");
    Ok(())
}

#[tokio::test]
async fn a_watched_server_that_dies_is_started_again() -> Outcome {
    let dir = folder(0o755)?;
    let mut cluster = postgres::open(dir.path()).await?;
    remember(&cluster).await?;
    cluster.watch();
    let killed = pid(dir.path())?;
    kill(killed, Signal::SIGKILL)?;
    let begin = Instant::now();
    while recall(&cluster).await.is_err() {
        assert!(begin.elapsed() < Duration::from_secs(30), "not started again");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let server = pid(dir.path())?;
    assert_ne!(server, killed);
    cluster.close().await?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert!(!alive(server), "close ends the watch");
    assert!(!dir.path().join("postgres/postmaster.pid").exists());
    Ok(())
}

#[tokio::test]
async fn a_server_killed_at_the_moment_of_closing_stays_down() -> Outcome {
    let dir = folder(0o755)?;
    let mut cluster = postgres::open(dir.path()).await?;
    cluster.watch();
    kill(pid(dir.path())?, Signal::SIGKILL)?;
    // The watch notices after a second: close while it is restarting.
    tokio::time::sleep(Duration::from_millis(1100)).await;
    cluster.close().await?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let left = pid(dir.path()).is_ok_and(alive);
    assert!(!left);
    Ok(())
}
