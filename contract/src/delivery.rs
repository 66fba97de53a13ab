//! What a carrier tells of a parcel.

use serde::{Deserialize, Serialize};

use crate::order::FulfillmentStatus;

/// How far a parcel has come. Ordered as a parcel goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckpointStatus {
    /// The carrier knows of it.
    LabelCreated,
    /// The carrier has it.
    PickedUp,
    /// Between two places.
    InTransit,
    /// In the van that brings it.
    OutForDelivery,
    /// With the shopper.
    Delivered,
}

impl CheckpointStatus {
    /// Where goods stand at least, of which this is told.
    pub const fn proves(self) -> FulfillmentStatus {
        match self {
            Self::LabelCreated => FulfillmentStatus::Preparing,
            Self::PickedUp | Self::InTransit | Self::OutForDelivery => FulfillmentStatus::Shipped,
            Self::Delivered => FulfillmentStatus::Delivered,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_later_checkpoint_proves_no_less() {
        use CheckpointStatus::{Delivered, InTransit, LabelCreated, OutForDelivery, PickedUp};
        let all = [LabelCreated, PickedUp, InTransit, OutForDelivery, Delivered];
        assert!(all.is_sorted() && all.map(CheckpointStatus::proves).is_sorted());
    }
}
