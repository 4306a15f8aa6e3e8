//! Warm transfers, told to a person.

use super::clock;
use super::plain;
use super::starts;
use crate::floor::fact::consult::ConsultStep;

pub(super) fn consulted(step: &ConsultStep) -> String {
    match step {
        ConsultStep::Began { lane, arrived, deadline, head_starts, until } => format!(
            "is offered to {lane} until {}: arrived {}, deadline {}{}",
            clock(*until),
            clock(*arrived),
            clock(*deadline),
            starts(head_starts),
        ),
        ConsultStep::Prolonged { until } => format!("is offered until {}: somebody listens", clock(*until)),
        ConsultStep::Accepted { agent, leg, round } => format!("is spoken of with {agent} on {leg}, round {round}"),
        ConsultStep::Failed(why) => format!("is not taken over: {}", plain(why)),
        ConsultStep::Ended(how) => format!("is offered no more: {}", plain(how)),
        ConsultStep::Completed { from, to, leg, lane } => format!("goes from {from} to {to} on {leg}, for {lane}"),
    }
}
