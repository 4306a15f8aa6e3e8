//! Softphones: what facts about them change.

use crate::floor::Floor;
use crate::floor::acd::agent::Softphone;
use crate::floor::fact::Fact;
use crate::floor::timer::TimerName;
use crate::vocab::AgentId;
use crate::vocab::Timestamp;

impl Floor {
    pub(super) fn softphone_fact(&mut self, at: Timestamp, fact: &Fact) {
        match fact {
            Fact::SoftphoneHeard { agent } => {
                self.set_softphone(agent, Softphone::Heard);
                self.timers.clear(&TimerName::SoftphoneSilent(agent.clone()));
            }
            Fact::SoftphoneUnheard { agent, until } => {
                self.set_softphone(agent, Softphone::Unheard);
                if self.agents.contains_key(agent) {
                    self.timers.set(TimerName::SoftphoneSilent(agent.clone()), *until);
                }
            }
            Fact::SoftphoneLost { agent } => {
                self.set_softphone(agent, Softphone::Lost(at));
                self.timers.clear(&TimerName::SoftphoneSilent(agent.clone()));
            }
            Fact::OfferRung { offer, expires_at } => {
                if let Some(found) = self.offers.get_mut(offer) {
                    found.rung = true;
                    self.timers.set(TimerName::OfferExpires(*offer), *expires_at);
                }
            }
            Fact::LineLost { leg, until } if self.legs.contains_key(leg) => {
                self.timers.set(TimerName::LineLost(*leg), *until);
            }
            Fact::LineBack { leg } => self.timers.clear(&TimerName::LineLost(*leg)),
            _ => {}
        }
    }

    fn set_softphone(&mut self, agent: &AgentId, softphone: Softphone) {
        if let Some(agent) = self.agents.get_mut(agent) {
            agent.softphone = softphone;
        }
    }
}
