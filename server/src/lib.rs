//! Configuration, HTTP, and what surrounds the shop: everything that is not rules or pages.

pub mod api;
pub mod audit;
pub mod carrier;
pub mod cover;
pub mod database;
pub mod demo;
pub mod gateway;
pub mod http;
pub mod live;
pub mod mail;
pub mod metrics;
pub mod outside;
pub mod pictures;
pub mod platform;
pub mod postgres;
pub mod reader;
pub mod sandbox;
pub mod serve;
pub mod settings;
pub mod stop;
pub mod subscription;
pub mod worker;
