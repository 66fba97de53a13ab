//! Who reads the log of this shop.

use std::{fmt, ops::Deref, sync::Arc};

use super::Reader;

/// The readers of a shop. Cheap to clone.
#[derive(Clone, Default)]
pub struct Readers(Arc<[Arc<dyn Reader>]>);

impl Readers {
    /// The names of all of them.
    pub fn names(&self) -> Vec<&'static str> {
        self.iter().map(|reader| reader.name()).collect()
    }

    /// The one of this name.
    pub fn find(&self, name: &str) -> Option<&dyn Reader> {
        self.iter().find(|reader| reader.name() == name).map(AsRef::as_ref)
    }
}

impl From<Vec<Arc<dyn Reader>>> for Readers {
    fn from(readers: Vec<Arc<dyn Reader>>) -> Self {
        Self(readers.into())
    }
}

impl Deref for Readers {
    type Target = [Arc<dyn Reader>];

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl fmt::Debug for Readers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}
