//! Where the cluster lies and who can enter it.

use std::fs;
use std::os::unix::fs::MetadataExt;

use nix::unistd::{Uid, User};
use server::postgres::{self, Error};

use crate::support::{Outcome, folder, recall, remember};

#[tokio::test]
async fn a_path_too_long_or_odd_for_a_socket_works() -> Outcome {
    let dir = folder(0o755)?;
    let deep = dir.path().join("a shop's, path & 100% 마당+".repeat(3)).join("data");
    let cluster = postgres::open(&deep).await?;
    assert!(cluster.url().contains("%2Ftmp%2Fmadang%2D"), "{}", cluster.url());
    remember(&cluster).await?;
    cluster.close().await?;

    let comma = dir.path().join("a,b");
    let cluster = postgres::open(&comma).await?;
    remember(&cluster).await?;
    cluster.close().await?;

    let odd = dir.path().join("a shop's 100% 마당+");
    let cluster = postgres::open(&odd).await?;
    assert!(!cluster.url().contains("madang%2D"), "{}", cluster.url());
    remember(&cluster).await?;
    Ok(cluster.close().await?)
}

#[tokio::test]
async fn only_the_owner_can_enter_the_cluster() -> Outcome {
    let dir = folder(0o755)?;
    let cluster = postgres::open(dir.path()).await?;
    let found = fs::metadata(dir.path().join("postgres"))?;
    assert_eq!(found.mode() & 0o777, 0o700);
    let owner = User::from_uid(Uid::from_raw(found.uid()))?.ok_or("nameless")?;
    let own = Uid::effective();
    assert!(owner.name == "postgres" || owner.uid == own, "{}", owner.name);
    Ok(cluster.close().await?)
}

#[tokio::test]
async fn root_puts_the_cluster_elsewhere_if_postgres_cannot_enter_the_folder() -> Outcome {
    if !Uid::effective().is_root() {
        return Ok(());
    }
    let dir = folder(0o700)?;
    let cluster = postgres::open(dir.path()).await?;
    remember(&cluster).await?;
    cluster.close().await?;
    let place = fs::read_link(dir.path().join("postgres"))?;
    assert!(place.starts_with("/var/lib/madang"));

    let cluster = postgres::open(dir.path()).await?;
    assert_eq!(recall(&cluster).await?, "kept");
    cluster.close().await?;
    fs::remove_dir_all(place)?;
    let lost = postgres::open(dir.path()).await;
    assert!(matches!(lost, Err(Error::Lost { .. })), "{lost:?}");
    Ok(())
}
