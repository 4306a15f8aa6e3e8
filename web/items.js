// The list of open items: which of them are shown, in which order, and the one that is chosen.

const plain = (id) => id.replaceAll("_", " ");

export const when = (time) => {
  const options = { weekday: "short", month: "short", day: "numeric", hour: "numeric", minute: "2-digit" };
  return new Date(time).toLocaleString("en-US", options);
};

export const numberOf = (item) => item.caller || "number not shown";

// What an assistant looks for. A group's item is nobody's until somebody claims it.
const VIEWS = {
  mine: ["Mine", (item, me) => item.owner === me.id],
  lanes: ["My groups", (item, me) => me.groups.includes(item.owner)],
  overdue: ["Overdue", (item) => item.overdue],
  unowned: ["Nobody's yet", (item, me, people) => !people.has(item.owner)],
  all: ["All", () => true],
};

export class Items {
  // `chosen` is called with an item's id.
  constructor(views, list, none, chosen) {
    Object.assign(this, { views, list, none, chosen, view: "all", open: null, items: [] });
    for (const [id, [title]] of Object.entries(VIEWS)) {
      const button = document.createElement("button");
      button.type = "button";
      button.id = `view-${id}`;
      button.dataset.title = title;
      button.addEventListener("click", () => {
        this.view = id;
        this.show();
      });
      views.append(button);
    }
  }

  // What carelane has, for whom: urgent first, then by when it is due.
  are(items, me, people) {
    const weight = (item) => (item.urgent ? 0 : 1);
    this.items = [...items].sort((a, b) => weight(a) - weight(b) || a.due_at.localeCompare(b.due_at));
    Object.assign(this, { me, people });
    this.show();
  }

  choose(id) {
    this.open = id;
    this.show();
  }

  show() {
    for (const [id, [, fits]] of Object.entries(VIEWS)) {
      const button = this.views.querySelector(`#view-${id}`);
      const count = this.items.filter((item) => fits(item, this.me, this.people)).length;
      button.textContent = `${button.dataset.title} ${count}`;
      button.setAttribute("aria-pressed", String(id === this.view));
    }
    const shown = this.items.filter((item) => VIEWS[this.view][1](item, this.me, this.people));
    // The focus stays where it is when the list is built again.
    const focused = document.activeElement && document.activeElement.id;
    this.list.replaceChildren(...shown.map((item) => this.row(item)));
    if (focused && focused.startsWith("item-") && document.getElementById(focused)) {
      document.getElementById(focused).focus();
    }
    this.none.hidden = shown.length > 0;
    this.none.textContent = this.items.length > 0 ? "Nothing of this kind is open." : "Nothing is open.";
  }

  row(item) {
    const row = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.id = item.id;
    button.setAttribute("aria-current", String(item.id === this.open));
    const part = (kind, text, style) => {
      const words = document.createElement(kind);
      words.textContent = text;
      words.className = style || "";
      button.append(words);
    };
    part("strong", `${item.urgent ? "Urgent: " : ""}${plain(item.lane)}, ${plain(item.kind)}`);
    part("span", when(item.due_at), item.overdue ? "late" : "soft");
    part("span", numberOf(item), "soft");
    part("span", `${item.owner}${item.overdue ? ", overdue" : ""}`, "soft");
    button.addEventListener("click", () => this.chosen(item.id));
    row.append(button);
    return row;
  }
}
