// A telephone's keys: on the page and on the keyboard.

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];
const NAMES = { "*": "star", "#": "pound" };

// Fills an element with the keys; `press` is called with each that is pressed. The computer's keys count while
// `listens` says so, and no field is being written in.
export function keypad(element, press, listens) {
  const buttons = new Map();
  for (const key of KEYS) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = key;
    button.setAttribute("aria-label", `Key ${NAMES[key] || key}`);
    button.addEventListener("click", () => press(key));
    element.append(button);
    buttons.set(key, button);
  }
  document.addEventListener("keydown", (event) => {
    const writes = event.target.closest("input, textarea, select");
    const button = buttons.get(event.key);
    if (!button || writes || event.ctrlKey || event.metaKey || event.altKey || event.repeat || !listens()) {
      return;
    }
    event.preventDefault();
    button.classList.add("pressed");
    setTimeout(() => button.classList.remove("pressed"), 150);
    press(event.key);
  });
  return (enabled) => buttons.forEach((button) => (button.disabled = !enabled));
}
