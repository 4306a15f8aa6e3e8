//! Dial with a Conference: a leg sits with others until the conference ends, or something takes it away.

use super::address;
use super::leg::Fetch;
use super::leg::Input;
use super::leg::Leg;
use super::leg::Stop;
use super::protocol::ToPhone;
use super::room::Leaving;
use super::room::Member;
use super::trouble::Trouble;
use super::twiml::Dial;
use super::webhook::Params;

impl Leg {
    /// Sits in a conference; afterwards the action is asked, or the next verb follows.
    pub(super) async fn confer(&mut self, dial: &Dial, base: &str) -> Result<Option<Fetch>, Stop> {
        let action = dial.action.as_ref().map(|action| address::resolve(base, action));
        let Some(phone) = self.phone.clone() else { return Err(Stop::HungUp) };
        let mut terms = dial.conference.clone();
        terms.status_callback = terms.status_callback.map(|url| address::resolve(base, &url));
        let member = Member { call: self.call.clone(), since: self.since, phone, terms };
        let result: Params = vec![("DialCallStatus", "answered".to_owned())];
        let Some(room) = self.exchange.enter_room(member) else {
            let text = "the conference is full; the leg goes on with the verb after Dial";
            self.exchange.alert(&self.call.sid, Trouble::new(12_200, text), false);
            let extra = vec![("DialCallStatus", "failed".to_owned())];
            return Ok(action.map(|url| Fetch { url, extra }));
        };
        if dial.conference.music {
            self.tell(ToPhone::Music { seconds: 600.0, at_ms: self.at_ms() });
        }
        let outcome = self.sit(dial, &room).await;
        let leaving = match &outcome {
            Err(Stop::HungUp) => Leaving::HungUp,
            _ => Leaving::Moved,
        };
        self.exchange.leave_room(&dial.conference.name, &room, &self.call.sid, leaving);
        match (action, outcome) {
            (None, Ok(())) => Ok(None),
            (Some(url), Ok(())) => Ok(Some(Fetch { url, extra: result })),
            (Some(url), Err(stop @ Stop::HungUp)) => {
                // Still told, but the call is over: the answer is not executed.
                self.callbacks.post(&url, self.params(result));
                Err(stop)
            }
            (_, Err(stop)) => Err(stop),
        }
    }

    async fn sit(&mut self, dial: &Dial, room: &str) -> Result<(), Stop> {
        let timer = self.timer(f64::from(dial.time_limit));
        tokio::pin!(timer);
        loop {
            match self.notice(timer.as_mut()).await? {
                None => return Ok(()),
                Some(Input::RoomOver(sid)) if sid == room => return Ok(()),
                Some(Input::Key('*')) if dial.hangup_on_star => return Ok(()),
                Some(Input::Speech(text)) => {
                    self.exchange.speak_in_room(&dial.conference.name, room, &self.call.sid, &text);
                }
                Some(Input::RoomOver(_) | Input::Key(_) | Input::Nothing) => {}
            }
        }
    }
}
