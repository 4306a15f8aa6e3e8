//! Behaviour tests: flow.
