// carelane's API, with the token of this tab. The token is kept in the tab's own memory and never in an address.

const KEPT = "carelane-softphone";

// What the API refused: its words, and what it says beside them.
export class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail || `carelane answered ${status}`);
    this.status = status;
    this.missing = problem.missing || [];
    this.why = problem.why || {};
    // A promise that nobody can keep: why not, and which time could be.
    this.reason = problem.reason;
    this.nearest = problem.nearest;
  }
}

export class Api {
  constructor(token) {
    this.token = token;
  }

  async ask(method, path, body) {
    const headers = { authorization: `Bearer ${this.token}` };
    const options = { method, headers, cache: "no-store" };
    if (body !== undefined) {
      headers["content-type"] = "application/json";
      options.body = JSON.stringify(body);
    }
    let answer;
    try {
      answer = await fetch(`api/v1/${path}`, options);
    } catch {
      throw new Error("carelane does not answer. Is it running?");
    }
    const told = await answer.json().catch(() => ({}));
    if (!answer.ok) {
      throw new Refused(answer.status, told);
    }
    return told;
  }

  // What does not end: its bytes as they come, until it is aborted.
  async stream(path, signal) {
    const headers = { authorization: `Bearer ${this.token}`, accept: "text/event-stream" };
    const answer = await fetch(`api/v1/${path}`, { headers, signal, cache: "no-store" });
    if (!answer.ok) {
      throw new Refused(answer.status, await answer.json().catch(() => ({})));
    }
    return answer.body;
  }
}

// Who is signed in here, for when the page is loaded again; gone with the tab.
export function remembered() {
  return JSON.parse(sessionStorage.getItem(KEPT) || "null");
}

export function remember(who) {
  if (who) {
    sessionStorage.setItem(KEPT, JSON.stringify(who));
  } else {
    sessionStorage.removeItem(KEPT);
  }
}
