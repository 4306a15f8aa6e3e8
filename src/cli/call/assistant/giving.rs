//! Giving a call away: to another lane at once, or after a word with whoever takes it there.

use super::Shift;

impl Shift<'_> {
    /// The caller goes to another lane's line.
    pub(super) async fn transfer(&mut self, lane: &str) -> Result<bool, String> {
        let Some(id) = self.call_for("transfer", lane).await else { return Ok(true) };
        match self.desk.api.transfer(&id, lane).await {
            Ok(()) => {
                self.given_away();
                self.terminal.line(&format!("        the caller goes to {lane}"));
            }
            Err(error) => self.terminal.problem(&error.to_string()),
        }
        Ok(true)
    }

    /// A warm transfer: whoever takes it there is asked first.
    pub(super) async fn ask_first(&mut self, lane: &str) -> Result<bool, String> {
        let Some(id) = self.call_for("warm", lane).await else { return Ok(true) };
        match self.desk.api.ask_first(&id, lane).await {
            Ok(()) => self.terminal.hint(
                &format!("        {lane} is asked, the caller is on hold: /cancel takes them back"),
                &format!("        se pregunta a {lane}, la llamada está en espera: /cancel la recupera"),
            ),
            Err(error) => self.terminal.problem(&error.to_string()),
        }
        Ok(true)
    }

    /// The caller goes to the colleague who was asked.
    pub(super) async fn hand_over(&mut self) -> Result<bool, String> {
        let Some((id, _)) = self.own_call().await else { return self.no_call() };
        match self.desk.api.hand_over(&id).await {
            Ok(()) => {
                self.given_away();
                self.terminal.hint("        your colleague has the caller", "        su colega ya tiene la llamada");
            }
            Err(error) => self.terminal.problem(&error.to_string()),
        }
        Ok(true)
    }

    /// The caller comes back to her.
    pub(super) async fn take_back(&mut self) -> Result<bool, String> {
        let Some((id, _)) = self.own_call().await else { return self.no_call() };
        match self.desk.api.take_back(&id).await {
            Ok(()) => self.terminal.hint("        the caller is back", "        la llamada volvió"),
            Err(error) => self.terminal.problem(&error.to_string()),
        }
        Ok(true)
    }

    /// Her call, if a lane is named for it.
    async fn call_for(&mut self, verb: &str, lane: &str) -> Option<String> {
        if lane.is_empty() {
            self.terminal.problem(&format!("name the lane: /{verb} referrals"));
            return None;
        }
        let call = self.own_call().await;
        if call.is_none() {
            self.terminal.problem("there is no call to transfer");
        }
        call.map(|(id, _)| id)
    }

    /// Whoever takes the caller next writes the note.
    fn given_away(&mut self) {
        self.joined = false;
    }

    fn no_call(&mut self) -> Result<bool, String> {
        self.terminal.problem("there is no call");
        Ok(true)
    }
}
