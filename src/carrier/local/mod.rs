//! The built-in carrier: phones in the terminal, over the same webhooks and REST as a real one.
