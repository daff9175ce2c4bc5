// Answers save themselves: a form with data-answer is sent as it changes, and the parts of the page
// that the server sends back replace those of the same id. Without script each form has its button.
const forms = [...document.querySelectorAll("form[data-answer]")];
const queues = new Map();
const TYPING = 1500;

for (const form of forms) {
    const queue = { saving: false, again: false, unsaved: false, refused: false, timer: 0, stored: typed(form) };
    queues.set(form, queue);
    form.addEventListener("change", () => save(form));
    form.addEventListener("input", (event) => {
        queue.unsaved = true;
        clearTimeout(queue.timer);
        if (event.target.matches("input:not([type=radio]), textarea")) queue.timer = setTimeout(() => save(form), TYPING);
    });
    form.addEventListener("submit", (event) => {
        event.preventDefault();
        queue.refused = false; // a person decided to save over the other answer
        queue.stored = null; // and whatever was pressed is sent
        save(form);
    });
}

// One click files the risk of a statement without leaving it.
document.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!button?.dataset.risk) return;
    event.preventDefault();
    const form = event.target;
    const code = button.dataset.risk;
    send(form, button).then((answer) => {
        if (!answer) return form.submit(); // an error has its page
        place(answer.text);
        document.getElementById(`${code}-risk`)?.querySelector("a")?.focus();
    });
});

// What riskreg sees becomes the evidence, and the answer it speaks for, of the same statement.
document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button[data-takes]");
    const form = button && document.querySelector(`form[data-answer="${button.dataset.takes}"]`);
    if (!form) return;
    const { evidence, on, value } = button.dataset;
    form.elements.evidence.value = evidence;
    form.elements.evidence_on.value = on;
    if (value) form.elements.value.value = value;
    form.querySelector("details").open = true;
    form.dispatchEvent(new Event("change"));
});

document.addEventListener("click", (event) => {
    const code = event.target.closest?.("[data-take-theirs]")?.dataset.takeTheirs;
    if (!code) return;
    event.preventDefault();
    for (const queue of queues.values()) queue.unsaved = false;
    location.hash = code;
    location.reload();
});

addEventListener("beforeunload", (event) => {
    if ([...queues.values()].some((queue) => queue.unsaved)) event.preventDefault();
});

async function save(form) {
    const queue = queues.get(form);
    clearTimeout(queue.timer);
    if (queue.refused) return; // until somebody chooses between the two answers
    if (form.elements.value.value === "na" && !form.elements.reason.value.trim()) {
        queue.unsaved = true; // the reason comes first
        form.elements.reason.focus();
        return;
    }
    if (queue.saving) {
        queue.again = true;
        return;
    }
    if (typed(form) === queue.stored) { // leaving a field that was saved while it was typed in
        queue.unsaved = false;
        return;
    }
    queue.saving = true;
    queue.unsaved = true;
    say(form, form.dataset.saving);
    const before = typed(form);
    const answer = await send(form, form.querySelector(".answer-save"));
    queue.saving = false;
    if (!answer) {
        queue.again = false;
        say(form, form.dataset.failed);
        return;
    }
    place(answer.text);
    queue.refused = answer.status === 409;
    if (answer.status === 200) queue.stored = before;
    queue.unsaved = answer.status !== 200 || typed(form) !== before;
    const bare = !form.elements.evidence.value && !form.elements.evidence_url.value;
    if (form.elements.value.value === "met" && bare) form.querySelector(".answer-more").open = true;
    if (queue.again || typed(form) !== before) {
        queue.again = false;
        save(form);
    }
}

// The answer's status and page parts; null when the server could not be reached or sent no parts.
async function send(form, button) {
    button?.setAttribute("aria-busy", "true");
    try {
        const response = await fetch(form.action, {
            method: "POST",
            body: new URLSearchParams(new FormData(form)),
            headers: { "HX-Request": "true", Accept: "text/html" },
        });
        const text = await response.text();
        return text.includes("data-part") && !response.redirected ? { status: response.status, text } : null;
    } catch {
        return null;
    } finally {
        button?.removeAttribute("aria-busy");
    }
}

function place(text) {
    const sent = new DOMParser().parseFromString(text, "text/html");
    for (const part of sent.querySelectorAll("[data-part]")) {
        const shown = document.getElementById(part.id);
        if (!shown) continue;
        const open = [...shown.querySelectorAll("details[open][id]")].map((each) => each.id);
        shown.replaceChildren(...part.childNodes);
        for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    }
}

function typed(form) {
    return new URLSearchParams([...new FormData(form)].filter(([name]) => name !== "version")).toString();
}

function say(form, words) {
    const foot = form.querySelector(".answer-saved, .answer-unsaved") ?? form.querySelector("[data-part]").appendChild(document.createElement("p"));
    foot.className = words === form.dataset.failed ? "answer-unsaved" : "answer-saved";
    foot.textContent = words;
}
