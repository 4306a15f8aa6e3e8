//! Behaviour tests: twilio.
