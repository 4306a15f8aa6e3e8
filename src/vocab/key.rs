//! The name of a key that seals personal data: whose it is and of which month. It is no key.

use std::sync::Arc;

use serde::Deserialize;
use serde::Serialize;

/// Which record key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct KeyId {
    /// A practice's id, or `floor` for what belongs to none.
    pub scope: Arc<str>,
    /// Year and month in UTC as one number: 202611.
    pub month: u32,
    /// What tells it from others of that month; its file is named by all three.
    pub digits: Arc<str>,
}
