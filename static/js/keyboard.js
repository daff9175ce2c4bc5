// Keys: / search, j k rows, Enter open, x select, e edit, n new, p pin, 1-7 scales, m effort,
// ? help; register.js adds r and walks from risk to risk.
const typing = (target) => target.closest?.("input:not([type=radio], [type=checkbox]), select, textarea, [contenteditable]");
const rows = () => [...document.querySelectorAll("[data-rows] > tr:not(.table-group), [data-rows] > li")];
const current = () => document.querySelector("[data-rows] > .is-current");

const keys = {
    "/": () => focus("[data-search]"),
    "?": () => document.getElementById("keys")?.showModal(),
    j: () => move(1),
    k: () => move(-1),
    Enter: () => current()?.querySelector("a")?.click(),
    x: () => current()?.querySelector("[data-bulk]")?.click(),
    e: () => press('[data-key="e"]'),
    n: () => press('[data-key="n"]'),
    p: () => press('[data-key="p"]'),
    m: () => focus('[data-key="m"]'),
};

document.addEventListener("keydown", (event) => {
    const command = (event.metaKey || event.ctrlKey) && event.key === "k";
    if (command) return act(event, keys["/"]);
    if (event.metaKey || event.ctrlKey || event.altKey || event.defaultPrevented || typing(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    if (/^[1-7]$/.test(event.key)) return act(event, () => choose(event.key));
    if (event.key === "Enter" && event.target.closest?.("a, button, summary, input")) return;
    if (Object.hasOwn(keys, event.key)) act(event, keys[event.key]);
});

function act(event, key) {
    if (key() !== false) event.preventDefault();
}

function focus(selector) {
    const field = document.querySelector(selector);
    if (!field) return false;
    field.focus();
    field.select?.();
}

function press(selector) {
    const element = document.querySelector(selector);
    if (!element) return false;
    element.click();
}

function move(step) {
    const list = rows();
    if (!list.length) return false;
    const at = list.indexOf(current());
    const next = at < 0 ? (step > 0 ? 0 : list.length - 1) : Math.min(Math.max(at + step, 0), list.length - 1);
    list[at]?.classList.remove("is-current");
    list[next].classList.add("is-current");
    list[next].querySelector("a")?.focus({ preventScroll: true });
    list[next].scrollIntoView({ block: "nearest" });
}

// A digit answers the scale that has the focus, else the first one not answered yet; then the
// focus goes to the next scale, so that "4 3" is likely, moderate.
function choose(digit) {
    const scales = [...document.querySelectorAll("[data-scale]")].filter((scale) => scale.offsetParent);
    const here = document.activeElement.closest?.("[data-scale]");
    const scale = here ?? scales.find((each) => !each.querySelector('input:checked:not([value=""])'));
    const step = scale?.querySelector(`input[value="${digit}"]`);
    if (!step) return false;
    step.click();
    const next = scales[scales.indexOf(scale) + 1];
    (next?.querySelector("input:checked, input") ?? step).focus();
}
