//! The readers of the log that touch nothing but the database, each in a file of its own.

pub mod notification;
pub mod order_search;
pub mod points_to_earn;
pub mod ranking;
pub mod sales;
pub mod stock_alert;
pub mod subscription;
