//! Who reads the log. A new reader is one file and one line here.

pub mod data_platform;
pub mod delivery_request;
mod run;

use std::sync::Arc;

use domain::{
    event::Reader,
    pulse::Pulse,
    reader::{notification, order_search, points_to_earn, ranking, sales, stock_alert, subscription},
};

use crate::{carrier::Remote, platform, settings::Serve};

pub(crate) use run::start;

/// Every reader of this shop; those of a neighbor where its address is set.
///
/// # Errors
/// A sentence, where a neighbor cannot be spoken to.
pub(crate) fn all(settings: &Serve, pulse: &Pulse) -> Result<Vec<Arc<dyn Reader>>, String> {
    let mut readers: Vec<Arc<dyn Reader>> = vec![
        Arc::new(notification::Notification),
        Arc::new(order_search::OrderSearch),
        Arc::new(points_to_earn::PointsToEarn),
        Arc::new(ranking::Ranking),
        Arc::new(sales::Sales),
        Arc::new(stock_alert::StockAlert),
        Arc::new(subscription::Subscription),
    ];
    if let Some((url, _)) = settings.neighbors.carrier()? {
        let carrier = Remote::new(url)?.noted(pulse);
        readers.push(Arc::new(delivery_request::DeliveryRequest::new(Arc::new(carrier))));
    }
    if let Some(url) = settings.neighbors.platform()? {
        let platform = platform::Remote::new(url)?.noted(pulse);
        readers.push(Arc::new(data_platform::DataPlatform::new(Arc::new(platform))));
    }
    Ok(readers)
}
