//! The account of warm transfers: who may be asked, who takes a call over, and that it changes hands once.

use super::Books;
use super::Phase;
use super::must;
use crate::floor::fact::consult::ConsultStep;
use crate::floor::fact::consult::Consulted;
use crate::flow::HeadStart;
use crate::vocab::AgentId;
use crate::vocab::CallId;
use crate::vocab::LaneId;
use crate::vocab::Timestamp;

/// A colleague is asked to take a call over, or was in vain.
pub(super) struct Asked {
    lane: LaneId,
    head_starts: Vec<HeadStart>,
    pub(super) stage: Stage,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Asking,
    Taken(AgentId),
    Alone,
}

impl Books {
    pub(super) fn consulted(&mut self, now: Timestamp, Consulted { call, step }: &Consulted) -> Result<(), String> {
        let page = self.alive(*call)?;
        let Phase::Talking(first) = page.phase.clone() else {
            return Err(format!("monotone-call: a colleague is asked about {call} while {:?}", page.phase));
        };
        let stage = page.asked.as_ref().map(|asked| asked.stage.clone());
        let wrong = || Err(format!("warm-transfer: {call} with {first}, {stage:?}: {step:?}"));
        match (step, &stage) {
            (ConsultStep::Began { .. }, None) => self.consult_began(now, *call, step),
            (ConsultStep::Prolonged { until }, Some(Stage::Asking)) if *until > now => Ok(()),
            (ConsultStep::Accepted { agent, .. }, Some(Stage::Asking)) if *agent != first => {
                self.set_stage(*call, Stage::Taken(agent.clone()))
            }
            (ConsultStep::Failed(_), Some(Stage::Asking | Stage::Taken(_))) => self.set_stage(*call, Stage::Alone),
            (ConsultStep::Ended(_), Some(_)) => {
                self.alive(*call)?.asked = None;
                Ok(())
            }
            (ConsultStep::Completed { from, to, lane, .. }, Some(Stage::Taken(taken)))
                if *from == first && to == taken && !page.closed =>
            {
                let Some(asked) = page.asked.take().filter(|asked| asked.lane == *lane) else { return wrong() };
                (page.phase, page.lane, page.head_starts) =
                    (Phase::Talking(to.clone()), Some(asked.lane), asked.head_starts);
                Ok(())
            }
            _ => wrong(),
        }
    }

    fn consult_began(&mut self, now: Timestamp, call: CallId, step: &ConsultStep) -> Result<(), String> {
        let ConsultStep::Began { lane, arrived, deadline, head_starts, until } = step else { return Ok(()) };
        let page = self.alive(call)?;
        let Some(rules) = page.flow.lane(lane) else {
            return Err(format!("warm-transfer: {call} is offered to {lane}, which is no lane"));
        };
        // patient: an urgent call is offered to nobody but a clinical lane, and a clinical one is urgent.
        must(page.urgent || !rules.clinical, || format!("clinical: {call} is offered to {lane} and is not urgent"))?;
        must(rules.clinical || !page.urgent, || format!("clinical: {call} is urgent and offered to {lane}"))?;
        must(!page.closed && *arrived <= page.placed, || format!("arrival-kept: {call} is offered as of {arrived}"))?;
        let due = head_starts.iter().fold(*arrived + rules.answer_within, |at, (_, span)| at - *span);
        must(*deadline == due, || format!("order: {call} is offered to {lane} by {deadline}, by the flow {due}"))?;
        let longest = page.flow.offers.warm_transfer;
        must(*until <= now + longest, || format!("time-sane: {call} is offered to {lane} until {until}"))?;
        let head_starts = head_starts.iter().map(|(reason, _)| *reason).collect();
        page.asked = Some(Asked { lane: lane.clone(), head_starts, stage: Stage::Asking });
        Ok(())
    }

    fn set_stage(&mut self, call: CallId, stage: Stage) -> Result<(), String> {
        self.alive(call)?.asked.iter_mut().for_each(|asked| asked.stage = stage.clone());
        Ok(())
    }

    /// Whose call is offered: an assistant's, or nobody's yet.
    pub(super) fn offered_for(&mut self, call: CallId, by: Option<&AgentId>) -> Result<(), String> {
        let page = self.alive(call)?;
        let hers = match &page.phase {
            Phase::Talking(first) => by == Some(first) && page.is_asked(),
            _ => by.is_none(),
        };
        must(hers, || format!("call-single: {call} is offered by {by:?} while {:?}", page.phase))
    }
}

impl super::CallPage {
    /// Is somebody asked to take it over, or has taken it?
    pub(super) fn is_asked(&self) -> bool {
        self.asked.as_ref().is_some_and(|asked| asked.stage != Stage::Alone)
    }
}
