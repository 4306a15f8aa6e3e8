//! Twilio, and any carrier that speaks its webhooks and REST.
