//! Behaviour tests: local.
