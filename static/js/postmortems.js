// Writing a post-mortem: a section opens where it stands, shows how it will read and saves itself.
// Without this, the same forms have pages of their own.
const PREVIEW_WAIT = 250;
const SAVE_WAIT = 1500;
const RETRY_WAIT = 8000;
const JSON_ONLY = { Accept: "application/json" };

const writers = new WeakMap();

document.addEventListener("click", async (event) => {
    const link = event.target.closest?.("[data-writes]");
    const place = link && document.getElementById(link.dataset.writes);
    if (!place || event.metaKey || event.ctrlKey) return;
    event.preventDefault();
    const answer = await fetch(link.href, { headers: { "HX-Request": "true" } });
    if (!answer.ok) return location.assign(link.href);
    place.innerHTML = await answer.text();
    link.hidden = true;
    const text = place.querySelector("textarea");
    text.focus();
    text.setSelectionRange(text.value.length, text.value.length);
});

document.addEventListener("input", (event) => {
    const form = event.target.closest?.("[data-writer]");
    if (form && event.target.name === "text") changed(form);
});

document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.matches?.("[data-writer]")) state(form).sent = true;
    if (form.matches?.("[data-finds]")) find(event);
});

document.addEventListener("change", (event) => {
    event.target.closest?.("form[data-autosend]")?.requestSubmit();
});
for (const button of document.querySelectorAll("form[data-autosend] > button[type=submit]")) {
    button.classList.add("visually-hidden");
}

addEventListener("beforeunload", (event) => {
    for (const form of document.querySelectorAll("[data-writer]")) {
        const { stored, sent } = state(form);
        if (!sent && stored !== form.elements.text.value) event.preventDefault();
    }
});

function state(form) {
    if (!writers.has(form)) writers.set(form, { stored: form.elements.text.defaultValue, sent: false });
    return writers.get(form);
}

function say(form, word, when = "") {
    form.querySelector("[data-state]").textContent = [form.dataset[word], when].filter(Boolean).join(" ");
}

function changed(form) {
    const writer = state(form);
    clearTimeout(writer.previewing);
    clearTimeout(writer.waiting);
    say(form, "changed");
    writer.previewing = setTimeout(() => preview(form), PREVIEW_WAIT);
    writer.waiting = setTimeout(() => save(form), SAVE_WAIT);
}

async function preview(form) {
    const body = new URLSearchParams({
        csrf_token: form.elements.csrf_token.value,
        text: form.elements.text.value,
    });
    const answer = await fetch("/markdown/preview", { method: "POST", body }).catch(() => null);
    if (answer?.ok) form.querySelector("[data-shown]").innerHTML = await answer.text();
}

// One save at a time: what was typed meanwhile is saved after it.
async function save(form) {
    const writer = state(form);
    if (writer.saving || !form.isConnected || writer.sent) return;
    const text = form.elements.text.value;
    if (text === writer.stored) return say(form, "saved");
    writer.saving = true;
    say(form, "saving");
    const body = new URLSearchParams(new FormData(form));
    const answer = await fetch(form.action, { method: "POST", body, headers: JSON_ONLY }).catch(() => null);
    const told = (await answer?.json().catch(() => null)) ?? null;
    writer.saving = false;
    if (answer?.ok && told) kept(form, text, told);
    else if (answer?.status === 409 && told?.theirs !== undefined) conflict(form, told);
    else if (told?.detail) form.querySelector("[data-state]").textContent = told.detail;
    else {
        say(form, "failed");
        writer.waiting = setTimeout(() => save(form), RETRY_WAIT);
    }
}

function kept(form, text, told) {
    const writer = state(form);
    writer.stored = text;
    form.elements.base.value = told.base;
    say(form, "saved", told.at);
    for (const mark of document.querySelectorAll("[data-needed]")) {
        mark.hidden = !told.missing.includes(mark.dataset.needed);
    }
    const count = document.querySelector("[data-to-write]");
    if (count) count.textContent = told.to_write;
    if (form.elements.text.value !== text) changed(form);
}

function conflict(form, told) {
    const box = form.querySelector("[data-conflict]");
    box.querySelector("[data-theirs]").textContent = told.theirs;
    box.hidden = false;
    form.querySelector("[data-state]").textContent = "";
    const settle = (text) => {
        box.hidden = true;
        form.elements.base.value = told.base;
        state(form).stored = told.theirs;
        form.elements.text.value = text;
        changed(form);
    };
    box.querySelector("[data-mine]").onclick = () => settle(form.elements.text.value);
    box.querySelector("[data-take]").onclick = () => settle(told.theirs);
}

async function find(event) {
    const form = event.target;
    const place = document.getElementById(form.dataset.finds);
    if (!place) return;
    event.preventDefault();
    const query = new URLSearchParams(new FormData(form));
    const answer = await fetch(`${form.action}?${query}`, { headers: { "HX-Request": "true" } });
    if (answer.ok) place.innerHTML = await answer.text();
}
