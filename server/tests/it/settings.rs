//! Settings.

use crate::{process::madang, support::Outcome};

#[test]
fn a_wrong_setting_is_refused_in_one_sentence() -> Outcome {
    for (name, value) in [
        ("MADANG_ADDR", "nowhere"),
        ("MADANG_CHARGE_MIN", "-1"),
        ("MADANG_CHARGE_MIN", "2000000"),
        ("MADANG_WALLET_MAX", "much"),
        ("MADANG_PUBLIC_URL", "shop.example"),
        ("MADANG_SESSION_DAYS", "0"),
        ("MADANG_DB_CONNECTIONS", "0"),
        ("MADANG_LOG", "=;"),
        ("DATABASE_URL", "mysql://nowhere"),
    ] {
        let output = madang().arg("serve").env(name, value).env("MADANG_DATA_DIR", "/nonexistent/never").output()?;
        let said = String::from_utf8(output.stderr)?;
        assert!(!output.status.success(), "{name}={value} was accepted");
        assert_eq!(said.trim_end().lines().count(), 1, "{name}={value}: {said}");
        assert!(said.starts_with("madang: "), "{said}");
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
