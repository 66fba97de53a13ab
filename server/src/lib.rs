//! Configuration, HTTP, and what surrounds the shop: everything that is not rules or pages.

pub mod audit;
pub mod cover;
pub mod database;
pub mod demo;
pub mod http;
pub mod metrics;
pub mod postgres;
pub mod serve;
pub mod settings;
pub mod worker;
