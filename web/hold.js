// The hold button of the softphone: what it says, how long her patient has been on hold, and its key, Alt+H.

export class Hold {
  constructor(button, shown, toggle) {
    this.button = button;
    this.shown = shown;
    this.since = null;
    this.overdue = false;
    button.addEventListener("click", () => toggle(!this.since));
    document.addEventListener("keydown", (event) => {
      if (event.altKey && event.code === "KeyH" && !button.disabled) {
        event.preventDefault();
        toggle(!this.since);
      }
    });
    setInterval(() => this.tick(), 500);
  }

  // What carelane says of her call; nothing while she is in none.
  is(call) {
    // While a colleague is asked, the patient comes back by the transfer's own buttons.
    const asked = call && call.transfer && ["asking", "ringing", "talking"].includes(call.transfer.state);
    this.button.disabled = !call || Boolean(asked);
    this.since = call && call.held_since ? new Date(call.held_since).getTime() : null;
    this.overdue = Boolean(call && call.hold_overdue);
    this.button.setAttribute("aria-pressed", String(Boolean(this.since)));
    this.button.textContent = this.since ? "Resume" : "Hold";
    this.tick();
  }

  tick() {
    this.shown.hidden = !this.since;
    this.shown.classList.toggle("overdue", this.overdue);
    if (this.since) {
      const seconds = Math.max(0, Math.floor((Date.now() - this.since) / 1000));
      const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
      this.shown.textContent = `Your patient is on hold: ${time}${this.overdue ? ". Please go back." : ""}`;
    }
  }
}
