//! Settings.

use crate::{
    process::madang,
    support::{Outcome, folder},
};

#[test]
fn a_wrong_setting_is_refused_in_one_sentence() -> Outcome {
    let dir = folder(0o755)?;
    std::fs::create_dir(dir.path().join("pkg"))?;
    for (name, value) in [
        ("MADANG_ADDR", "nowhere"),
        ("MADANG_CHARGE_MIN", "-1"),
        ("MADANG_CHARGE_MIN", "2000000"),
        ("MADANG_WALLET_MAX", "much"),
        ("MADANG_PUBLIC_URL", "shop.example"),
        ("MADANG_SESSION_DAYS", "0"),
        ("MADANG_DB_CONNECTIONS", "0"),
        ("MADANG_LOG", "=;"),
        ("MADANG_LOG", "loud"),
        ("MADANG_LOG_FORMAT", "xml"),
        ("MADANG_WALLET_MAX", "0"),
        ("MADANG_PUBLIC_URL", "https://me:word@shop.example"),
        ("MADANG_PUBLIC_URL", "https://shop.example/?x=1"),
        ("MADANG_SITE_ROOT", "/nonexistent"),
        ("DATABASE_URL", "mysql://nowhere"),
        ("MADANG_PLATFORM_URL", "nowhere"),
        ("MADANG_PLATFORM_URL", "ftp://platform.example"),
        ("MADANG_PICTURES_URL", "pictures"),
        ("MADANG_PICTURES_URL", "ftp://shelf.example/pictures"),
        ("MADANG_PICTURES_URL", "s3:///pictures"),
        ("MADANG_PICTURES_URL", "s3://key:secret@shelf/pictures"),
        ("MADANG_PICTURES_URL", "s3://shelf/?region=x"),
        ("MADANG_PICTURES_URL", "file:///dev/null/pictures"),
        ("MADANG_WEBHOOK_PRIVATE", "perhaps"),
        ("MADANG_GATEWAY_URL", "https://gateway.example"),
        ("MADANG_GATEWAY_URL", "mailto:gateway@gateway.example"),
    ] {
        let mut command = madang();
        command
            .arg("serve")
            .env("MADANG_ADDR", "127.0.0.1:0")
            .env("MADANG_DATA_DIR", "/nonexistent/never")
            .env("MADANG_SITE_ROOT", dir.path());
        let output = command.env(name, value).output()?;
        let said = String::from_utf8(output.stderr)?;
        assert!(!output.status.success(), "{name}={value} was accepted");
        assert_eq!(said.trim_end().lines().count(), 1, "{name}={value}: {said}");
        assert!(said.starts_with("madang: ") && said.contains(name), "{name}={value}: {said}");
    }
    Ok(())
}

#[test]
fn help_lists_every_setting_with_its_default() -> Outcome {
    let output = madang().args(["serve", "--help"]).output()?;
    let help = String::from_utf8(output.stdout)?;
    for name in [
        "DATABASE_URL",
        "MADANG_ADDR=",
        "MADANG_CHARGE_MAX=",
        "MADANG_CHARGE_MIN=",
        "MADANG_DATA_DIR=",
        "MADANG_DB_CONNECTIONS=",
        "MADANG_DELIVERY_FEE=",
        "MADANG_FREE_DELIVERY_FROM=",
        "MADANG_LOG=",
        "MADANG_LOG_FORMAT=",
        "MADANG_PICTURES_URL",
        "MADANG_PUBLIC_URL=",
        "MADANG_SESSION_DAYS=",
        "MADANG_SITE_ROOT=",
        "MADANG_WALLET_MAX=",
    ] {
        assert!(help.contains(&format!("[env: {name}")), "{name} is missing: {help}");
    }
    assert!(help.contains("[default: 127.0.0.1:8080]"));
    Ok(())
}
