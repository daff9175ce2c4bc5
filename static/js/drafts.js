// A form with data-draft="name" keeps what was typed in this browser until the server took it,
// so that a closed tab, an expired session or a lost connection loses nothing. What came back is
// said; cancelling forgets it.
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
    if (kept && !refused && restore(form, kept)) tell(form, key);

    const keep = () => localStorage.setItem(key, JSON.stringify(values(form)));
    form.addEventListener("input", keep);
    form.addEventListener("change", keep);
    form.addEventListener("submit", () => localStorage.setItem(SENT + form.dataset.draft, "1"));
    form.addEventListener("reset", () => localStorage.removeItem(key));
    for (const link of form.querySelectorAll(".submit-row a")) {
        link.addEventListener("click", () => localStorage.removeItem(key));
    }
}

function values(form) {
    const apart = new Set(["csrf_token", "version"]);
    return [...new FormData(form)].filter(([name, value]) => !apart.has(name) && typeof value === "string");
}

// Say that something came back, and offer to begin afresh.
function tell(form, key) {
    const words = form.querySelector("template[data-draft-words]");
    if (!words) return;
    const notice = words.content.firstElementChild.cloneNode(true);
    notice.querySelector("button").addEventListener("click", () => {
        localStorage.removeItem(key);
        location.reload();
    });
    form.prepend(notice);
}

// Whether any field was not as it stood on the page.
function restore(form, kept) {
    const before = JSON.stringify(values(form));
    const wanted = new Map();
    for (const [name, value] of kept) wanted.set(name, [...(wanted.get(name) ?? []), value]);
    for (const field of form.elements) {
        if (!field.name || ["hidden", "file", "password"].includes(field.type) || !wanted.has(field.name)) continue;
        if (["radio", "checkbox"].includes(field.type)) field.checked = wanted.get(field.name).includes(field.value);
        else if (field.multiple) for (const option of field.options) option.selected = wanted.get(field.name).includes(option.value);
        else field.value = wanted.get(field.name)[0];
        if (field.value && !field.matches("[type=radio], [type=checkbox]")) field.closest("details")?.setAttribute("open", "");
    }
    if (JSON.stringify(values(form)) === before) return false;
    // The modules that listen for changes may be loaded after this one.
    addEventListener("load", () => form.dispatchEvent(new Event("change", { bubbles: true })));
    return true;
}
