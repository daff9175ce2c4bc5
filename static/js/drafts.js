// A form with data-draft="name" keeps what was typed in this browser until the server took it,
// so that a closed tab, an expired session or a lost connection loses nothing.
const PREFIX = "draft:";
const SENT = "sent-draft:";
const forms = [...document.querySelectorAll("form[data-draft]")];

for (const key of Object.keys(localStorage).filter((each) => each.startsWith(SENT))) {
    const name = key.slice(SENT.length);
    if (!forms.some((form) => form.dataset.draft === name)) localStorage.removeItem(PREFIX + name);
    localStorage.removeItem(key);
}

for (const form of forms) {
    const key = PREFIX + form.dataset.draft;
    const refused = document.querySelector(".error-summary");
    const kept = JSON.parse(localStorage.getItem(key) ?? "null");
    if (kept && !refused) restore(form, kept);

    const keep = () => localStorage.setItem(key, JSON.stringify(values(form)));
    form.addEventListener("input", keep);
    form.addEventListener("change", keep);
    form.addEventListener("submit", () => localStorage.setItem(SENT + form.dataset.draft, "1"));
    form.addEventListener("reset", () => localStorage.removeItem(key));
}

function values(form) {
    const apart = new Set(["csrf_token", "version"]);
    return [...new FormData(form)].filter(([name, value]) => !apart.has(name) && typeof value === "string");
}

function restore(form, kept) {
    const wanted = new Map();
    for (const [name, value] of kept) wanted.set(name, [...(wanted.get(name) ?? []), value]);
    for (const field of form.elements) {
        if (!field.name || ["hidden", "file", "password"].includes(field.type) || !wanted.has(field.name)) continue;
        if (["radio", "checkbox"].includes(field.type)) field.checked = wanted.get(field.name).includes(field.value);
        else field.value = wanted.get(field.name)[0];
    }
    form.dispatchEvent(new Event("change", { bubbles: true }));
}
