//! The program as a whole: its database, its settings, and how it lives through trouble.

mod api;
mod authorization;
mod carrier;
mod cart;
mod gateway;
mod live;
mod mail;
mod pictures;
mod platform;
mod postgres;
mod process;
mod sandbox;
mod serve;
mod settings;
mod subscription;
mod support;
